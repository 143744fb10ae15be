#include "apps/lab/sweep/experiment.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "apps/branchline/flags.h"
#include "apps/branchline/text_file.h"
#include "apps/lab/edge_process.h"
#include "apps/lab/sweep/planning_methods.h"
#include "apps/lab/toml/nearest_word.h"
#include "apps/lab/toml/toml_file.h"
#include "apps/lab/toml/toml_table.h"
#include "framework/base/error.h"
#include "transport/link_trace.h"

namespace branchline::lab {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kPartKeys = {"name", "methods", "deadlines", "uplinks", "traces"};

const std::vector<std::string> kKeys = {
    "title",     "models",  "data",   "methods",      "model_folders", "pictures",
    "deadlines", "uplinks", "traces", "delay",        "slowdown",      "deepest_exit",
    "samples",   "warm_up", "seed",   "sample_limit", "plan_limit",    "stream_frames"};

/// A recording beside the experiment file, at its own path, or among the shipped ones.
std::string trace_file(const std::string& named, const std::string& experiment_file) {
  for (const fs::path& path : {fs::path(experiment_file).parent_path() / named, fs::path(named)}) {
    if (fs::is_regular_file(path)) return fs::absolute(path).lexically_normal().string();
  }
  return find_shipped_file("apps/lab/traces/" + named);
}

double mean_rate(const transport::RateTrace& rate) {
  const TimePoint start{};
  const Duration length = rate.period > Duration::zero() ? rate.period : std::chrono::seconds(1);
  return transport::RateSchedule(rate, start).bytes_between(start, start + length) /
         std::chrono::duration<double>(length).count();
}

std::vector<ExperimentLink> links_of(const TomlTable& table) {
  std::vector<std::string> uplinks, traces;
  table.read("uplinks", uplinks);
  table.read("traces", traces);
  std::vector<ExperimentLink> links;
  for (const std::string& rate : uplinks) {
    links.push_back({rate, apps::parse_rate(rate, table.where("uplinks")), {}});
  }
  for (const std::string& trace : traces) {
    const std::string file = trace_file(trace, table.file());
    const double mean = mean_rate(transport::read_link_trace(file).uplink);
    links.push_back({fs::path(file).stem().string(), mean, file});
  }
  return links;
}

std::vector<Duration> deadlines_of(const TomlTable& table) {
  std::vector<std::string> texts;
  table.read("deadlines", texts);
  std::vector<Duration> deadlines;
  for (const std::string& text : texts) {
    deadlines.push_back(apps::parse_duration(text, table.where("deadlines")));
    if (deadlines.back() <= Duration::zero()) {
      throw InputError("'" + text + "' is not positive", table.where("deadlines"),
                       "write e.g. \"100ms\"");
    }
  }
  return deadlines;
}

/// `part` as it is where the table says nothing.
void read_part(const TomlTable& table, ExperimentPart& part) {
  table.read("name", part.name);
  table.read("methods", part.methods);
  if (table.has("deadlines")) part.deadlines = deadlines_of(table);
  if (table.has("uplinks") || table.has("traces")) part.links = links_of(table);
}

void check_part(const ExperimentPart& part, Duration sample_limit, const std::string& where) {
  const auto require = [&](bool there, const std::string& key, const std::string& example) {
    if (!there)
      throw InputError("it names no " + key, where, "write e.g. " + key + " = " + example);
  };
  require(!part.methods.empty(), "methods", "[\"edgent\", \"branchline\"]");
  require(!part.deadlines.empty(), "deadlines", "[\"100ms\"]");
  require(!part.links.empty(), "uplinks", "[\"500kbit\", \"2mbit\"]");
  for (const std::string& method : part.methods) check_method(method, where);
  const Duration longest = *std::max_element(part.deadlines.begin(), part.deadlines.end());
  if (longest > sample_limit) {
    throw InputError("a deadline is beyond sample_limit", where, "give a greater sample_limit");
  }
}

void read_device(const TomlTable& table, Experiment& experiment) {
  table.read("slowdown", experiment.slowdown, 1);
  table.read("deepest_exit", experiment.deepest_exit);
  if (table.has("slowdown") && table.has("deepest_exit")) {
    throw InputError("slowdown says it already", table.where("deepest_exit"), "keep one of them");
  }
  if (!table.has("slowdown") && !table.has("deepest_exit")) experiment.slowdown = 1;
}

void read_where(const TomlTable& table, RowCheck& check) {
  const std::optional<TomlTable> where = table.inner("where");
  if (!where) return;
  for (const auto& [key, value] : where->table()) {
    const std::string column(key.str());
    const std::optional<std::string> text = plain_text(value);
    if (!text) where->refuse(column, "it is neither text nor number", "write one value");
    check.where[column] = *text;
  }
}

RowCheck read_check(const TomlTable& table) {
  table.allow({"id", "kind", "y", "x", "of", "than", "tolerance", "where"});
  RowCheck check;
  std::string kind;
  table.read("kind", kind);
  const auto kinds = row_check_kinds();
  const auto found = std::find(kinds.begin(), kinds.end(), kind);
  if (found == kinds.end()) {
    const auto nearest = nearest_word(kind, kinds);
    throw InputError("'" + kind + "' is no kind of check", table.where("kind"),
                     nearest ? "did you mean '" + *nearest + "'?" : "see docs/experiments.md");
  }
  check.kind = static_cast<RowCheck::Kind>(found - kinds.begin());
  table.read("id", check.id);
  table.read("y", check.y);
  table.read("x", check.x);
  table.read("of", check.of);
  table.read("than", check.than);
  table.read("tolerance", check.tolerance, 0);
  read_where(table, check);
  return check;
}

/// Wrong columns are to be found before anything is measured.
void check_columns(const RowCheck& check, const TomlTable& table) {
  using Kind = RowCheck::Kind;
  for (const auto& [column, value] : check.where) cell({}, column, table.where("where"));
  const bool whole =
      check.kind == Kind::predicted_equals_simulated || check.kind == Kind::predicted_near_measured;
  if (whole) return;  // of rows, not of columns
  number({}, check.y, table.where("y"));
  if (check.kind == Kind::never_below) {
    check_method(check.of, table.where("of"));
    check_method(check.than, table.where("than"));
  } else {
    number({}, check.x, table.where("x"));
  }
}

Experiment from_root(const toml::table& root, const std::string& file) {
  TomlTable(root, "an experiment file", file).allow({"experiment", "part", "check", "figure"});
  const toml::table* main = root["experiment"].as_table();
  if (main == nullptr) throw InputError("it has no [experiment]", file, "see docs/experiments.md");
  const TomlTable table(*main, "[experiment]", file);
  table.allow(kKeys);
  Experiment experiment;
  table.read("title", experiment.title);
  table.read("models", experiment.models);
  if (experiment.models.empty()) {
    throw InputError("it names no model", table.where("models"), "write models = [\"b_camera\"]");
  }
  table.read("model_folders", experiment.model_folders);
  table.read("data", experiment.data);
  table.read("pictures", experiment.pictures);
  table.read("delay", experiment.delay);
  read_device(table, experiment);
  table.read("samples", experiment.samples, 1);
  table.read("warm_up", experiment.warm_up, 0);
  table.read("seed", experiment.seed, 0);
  table.read("stream_frames", experiment.stream_frames, 0);
  table.read("sample_limit", experiment.sample_limit);
  table.read("plan_limit", experiment.plan_limit);
  ExperimentPart whole;
  read_part(table, whole);
  for (const toml::table* part : tables_named(root, "part", file)) {
    const TomlTable part_table(*part, "[[part]]", file);
    part_table.allow(kPartKeys);
    experiment.parts.push_back(whole);
    read_part(part_table, experiment.parts.back());
    check_part(experiment.parts.back(), experiment.sample_limit, part_table.where("[[part]]"));
  }
  if (experiment.parts.empty()) experiment.parts = {whole};
  check_part(experiment.parts.front(), experiment.sample_limit, table.where("[experiment]"));
  for (const toml::table* check : tables_named(root, "check", file)) {
    const TomlTable check_table(*check, "[[check]]", file);
    experiment.checks.push_back(read_check(check_table));
    check_columns(experiment.checks.back(), check_table);
  }
  if (root.contains("figure")) {
    std::ostringstream text;
    text << toml::table{{"figure", *root.get("figure")->as_array()}};
    experiment.figures = text.str();
  }
  return experiment;
}

}  // namespace

Experiment parse_experiment(const std::string& text, const std::string& file) {
  return from_root(parse_toml(text, file), file);
}

Experiment read_experiment(const std::string& file) {
  return parse_experiment(apps::read_text_file(file, "check the path"), file);
}

}  // namespace branchline::lab
