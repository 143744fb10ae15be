#include "apps/lab/report/run_results.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "apps/branchline/text_file.h"
#include "apps/lab/report/command_figures.h"
#include "apps/lab/report/figure_file.h"
#include "apps/lab/toml/toml_file.h"
#include "framework/base/error.h"

namespace branchline::lab {
namespace {

namespace fs = std::filesystem;
using RunJson = nlohmann::ordered_json;

/// Empty when the file is not there.
std::string text_of_file(const fs::path& path) {
  return fs::exists(path) ? apps::read_text_file(path.string(), "run it anew") : "";
}

RunJson json_of_file(const fs::path& path) {
  const std::string text = text_of_file(path);
  if (text.empty()) return RunJson::object();
  RunJson json = RunJson::parse(text, nullptr, false);
  if (!json.is_object()) throw InputError("is no JSON object", path.string(), "run it anew");
  return json;
}

std::string scalar_text(const RunJson& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// Nested objects become "outer.inner", lists of plain values one text; {"name": n, "value": v} is
/// read as n: v. Other lists are left out.
void flatten(const RunJson& json, const std::string& prefix, Facts& facts) {
  for (const auto& [key, value] : json.items()) {
    if (key == "schema") continue;
    const std::string path = prefix.empty() ? key : prefix + "." + key;
    if (value.is_object()) {
      flatten(value, path, facts);
    } else if (!value.is_array()) {
      facts.emplace_back(path, scalar_text(value));
    } else {
      std::string list;
      for (const RunJson& element : value) {
        if (element.is_primitive()) list += (list.empty() ? "" : ", ") + scalar_text(element);
        if (element.is_object() && element.contains("name") && element.contains("value"))
          facts.emplace_back(scalar_text(element["name"]), scalar_text(element["value"]));
      }
      if (!list.empty()) facts.emplace_back(path, list);
    }
  }
}

Facts machine_of(RunJson json) {
  json.erase("emulation");  // said of the run
  Facts facts;
  flatten(json, "", facts);
  return facts;
}

void read_emulation(const RunJson& json, RunResults& run) {
  const RunJson emulation = json.value("emulation", RunJson::object());
  run.device_emulation = emulation.value("device", "");
  run.link_emulation = emulation.value("link", "");
  for (const RunJson& device : json.value("networks", RunJson::array()))
    run.devices.push_back(
        {device.at("name"), device.at("slowdown"), device.at("measured_slowdown")});
  for (const RunJson& link : json.value("links", RunJson::array())) {
    const RunJson& goodput = link.at("goodput_mbps");
    run.links.push_back({link.at("model"), link.at("link"), link.at("uplink_mbps"),
                         goodput.is_null() ? std::nullopt : std::optional<double>(goodput),
                         link.at("delay_ms")});
  }
}

void read_verdict(const RunJson& json, RunResults& run) {
  for (const RunJson& entry : json.value("checks", RunJson::array())) {
    run.checks.push_back({entry.value("id", ""), entry.at("check"), entry.at("holds"),
                          entry.value("misses", std::vector<std::string>())});
  }
  if (json.contains("prediction")) {
    const RunJson& errors = json.at("prediction");
    run.prediction = {errors.at("plans"), errors.at("median_error"), errors.at("p90_error")};
  }
}

/// results.json, "branchline.lab/1".
void read_summary(const std::string& file, RunResults& run) {
  try {
    const RunJson json = json_of_file(file);
    run.notes = json.value("notes", std::vector<std::string>());
    read_emulation(json, run);
    read_verdict(json, run);
  } catch (const nlohmann::json::exception& error) {
    throw InputError(std::string("is no summary of a run: ") + error.what(), file, "run it anew");
  }
}

std::string joined_texts(const toml::node& value) {
  if (const toml::array* list = value.as_array()) {
    std::string text;
    for (const toml::node& element : *list)
      text += (text.empty() ? "" : ", ") + joined_texts(element);
    return text;
  }
  return plain_text(value).value_or("…");
}

void read_settings(const toml::table& section, RunResults& run) {
  for (const auto& [key, value] : section) {
    const std::string text = value.is_table() ? "" : joined_texts(value);
    if (key.str() == "title")
      run.title = text;
    else if (!text.empty())
      run.settings.emplace_back(std::string(key.str()), text);
  }
}

void read_config(RunResults& run, const std::string& file) {
  const toml::table config = parse_toml(run.config, file);
  if (const toml::table* experiment = config["experiment"].as_table()) {
    read_settings(*experiment, run);
  }
}

/// The sub-command in whose [experiment.NAME] the flags of a run stand; empty when there is none.
std::string command_of(const toml::table& config) {
  const toml::table* experiment = config["experiment"].as_table();
  if (experiment == nullptr) return "";
  for (const auto& [name, section] : *experiment) {
    if (section.is_table()) return std::string(name.str());
  }
  return "";
}

/// A table of all columns for each CSV that no figure shows, the name of its format left out.
/// Large ones are samples for programs.
void add_plain_tables(RunResults& run) {
  constexpr std::size_t kMostRows = 400;
  for (const auto& [file, table] : run.tables) {
    const bool shown = std::any_of(run.figures.begin(), run.figures.end(),
                                   [&](const Figure& figure) { return figure.from == file; });
    if (shown || table.rows() == 0 || table.rows() > kMostRows) continue;
    Figure figure;
    figure.id = fs::path(file).stem().string();
    figure.title = file;
    figure.kind = FigureKind::table;
    figure.from = file;
    figure.columns = table.columns();
    std::erase(figure.columns, "schema");
    run.figures.push_back(std::move(figure));
  }
}

/// What `experiment NAME -o DIR` of a sub-command wrote.
void read_command(const fs::path& path, RunResults& run) {
  const std::string config = (path / "config.toml").string();
  const toml::table sections = parse_toml(run.config, config);
  const std::string command = command_of(sections);
  if (command.empty()) {
    throw InputError("holds no results (neither results.csv nor those of a sub-command)",
                     path.string(), "give a folder that `branchline experiment NAME -o DIR` wrote");
  }
  CommandPage page = command_page(command);
  run.title = std::move(page.title);
  run.figures = std::move(page.figures);
  read_settings(*sections["experiment"][command].as_table(), run);
  add_plain_tables(run);
  run.text = text_of_file(path / (command + ".txt"));
}

/// Raw samples are the run's own memory, and large.
bool is_result(const fs::path& path) {
  return path.extension() == ".csv" && path.filename() != "measurements.csv";
}

}  // namespace

const CsvTable* RunResults::table(const std::string& file) const {
  const auto found = tables.find(file);
  return found == tables.end() ? nullptr : &found->second;
}

RunResults read_run(const std::string& folder) {
  const fs::path path(folder);
  if (!fs::is_directory(path)) {
    throw InputError("holds no results: there is no such folder", folder,
                     "give a folder that `branchline experiment NAME -o DIR` wrote");
  }
  RunResults run;
  run.folder = folder;
  run.name = fs::weakly_canonical(path).filename().string();
  run.title = run.name;
  for (const fs::directory_entry& entry : fs::directory_iterator(path)) {
    if (!is_result(entry.path())) continue;
    run.tables.emplace(entry.path().filename().string(), CsvTable::read(entry.path().string()));
  }
  const std::string config = (path / "config.toml").string();
  run.config = text_of_file(config);
  if (run.table("results.csv") != nullptr) {
    read_config(run, config);
    run.figures = parse_figures(run.config, config);
  } else {
    read_command(path, run);
  }
  run.machine = machine_of(json_of_file(path / "machine.json"));
  read_summary((path / "results.json").string(), run);
  return run;
}

}  // namespace branchline::lab
