#include "apps/lab/report/markdown_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "apps/lab/report/figure_data.h"
#include "apps/lab/report/figure_section.h"
#include "apps/lab/report/method_section.h"

namespace branchline::lab {
namespace {

std::string cell_text(const std::string& text) {
  std::string safe;
  for (const char c : text) safe += c == '|' ? "\\|" : std::string(1, c);
  return safe;
}

std::string line_of(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) line += " " + cell_text(cell) + " |";
  return line + "\n";
}

std::string markdown_table(const TextTable& table) {
  std::string text = line_of(table.header) + "|";
  for (std::size_t i = 0; i < table.header.size(); ++i) text += "---|";
  text += "\n";
  for (const auto& row : table.rows) text += line_of(row);
  return text;
}

std::string section(const std::string& heading, const std::string& text) {
  return text.empty() ? "" : "\n## " + heading + "\n\n" + text;
}

/// "2026-11-22, commit ee1cb75, AMD EPYC with 2 cores, LibTorch 1.13.0": what of it is known.
std::string provenance(const Facts& machine) {
  const auto fact = [&](const char* name) -> std::string {
    const auto found = std::find_if(machine.begin(), machine.end(),
                                    [&](const auto& f) { return f.first == name; });
    return found == machine.end() ? "" : found->second;
  };
  std::string text;
  for (const auto& [name, format] :
       {std::pair("date", "{}"), std::pair("commit", "commit {}"), std::pair("machine", "{}"),
        std::pair("cores", "{} cores"), std::pair("libtorch", "LibTorch {}")}) {
    const std::string value = fact(name);
    if (value.empty()) continue;
    text += (text.empty() ? "" : ", ") + fmt::format(fmt::runtime(format), value);
  }
  return text.empty() ? "" : "\n" + text + ".\n";
}

std::string methods_text(const RunResults& run) {
  const TextTable table = method_table(run);
  return table.rows.empty() ? "" : markdown_table(table);
}

std::string misses_text(const CheckResult& check) {
  constexpr std::size_t kMostShown = 4;
  std::string text;
  for (std::size_t i = 0; i < std::min(check.misses.size(), kMostShown); ++i)
    text += (i > 0 ? "; " : "") + check.misses[i];
  if (check.misses.size() > kMostShown)
    text += fmt::format("; and {} more", check.misses.size() - kMostShown);
  return text;
}

/// Figures without a picture.
std::string tables_text(const RunResults& run) {
  std::string text;
  for (const Figure& figure : run.figures) {
    const CsvTable* rows = run.table(figure.from);
    if (figure.kind != FigureKind::table || rows == nullptr) continue;
    for (const Figure& one : expand(figure, *rows))
      text += "\n## " + one.title + "\n\n" + markdown_table(figure_rows(one, {{"", *rows}}));
  }
  return text;
}

std::string claims_text(const RunResults& run) {
  TextTable table{{"figure", "the paper says", "here"}, {}};
  for (const Figure& figure : run.figures) {
    if (figure.claim.empty()) continue;
    std::string verdict;
    for (const CheckResult* check : checks_of(figure, run)) {
      verdict += (verdict.empty() ? "" : "; ");
      verdict += (check->holds ? "holds: " : "does not hold: ") + check->text;
    }
    if (verdict.empty()) verdict = "see the figure";
    table.rows.push_back({figure.title, figure.claim, verdict});
  }
  return table.rows.empty() ? "" : markdown_table(table);
}

std::string checks_text(const RunResults& run) {
  TextTable table{{"check", "holds", "where not"}, {}};
  for (const CheckResult& check : run.checks)
    table.rows.push_back({check.text, check.holds ? "yes" : "**no**", misses_text(check)});
  return table.rows.empty() ? "" : markdown_table(table);
}

std::string prediction_text(const RunResults& run) {
  if (!run.prediction || run.prediction->plans == 0) return "";
  return markdown_table(
      {{"plans", "median error", "× target (5 %)", "p90 error", "× target (15 %)"},
       {{std::to_string(run.prediction->plans),
         fmt::format("{:.1f} %", 100 * run.prediction->median),
         fmt::format("{:.2f}", run.prediction->median / kMedianErrorTarget),
         fmt::format("{:.1f} %", 100 * run.prediction->p90),
         fmt::format("{:.2f}", run.prediction->p90 / kP90ErrorTarget)}}});
}

std::string emulation_text(const RunResults& run) {
  TextTable devices{{"model", "slow-down stated", "measured", "measured / stated"}, {}};
  for (const EmulatedDevice& device : run.devices)
    devices.rows.push_back({device.model, show_number(device.stated), show_number(device.measured),
                            fmt::format("{:.2f}", device.measured / device.stated)});
  TextTable links{{"link", "rate / Mbit/s", "goodput / rate, lowest and highest over the networks"},
                  {}};
  std::vector<std::string> names;
  for (const EmulatedLink& link : run.links) {
    if (std::find(names.begin(), names.end(), link.name) == names.end()) names.push_back(link.name);
  }
  for (const std::string& name : names) {
    std::vector<double> shares;
    double rate = 0;
    for (const EmulatedLink& link : run.links) {
      if (link.name != name || !link.measured_mbps || link.configured_mbps <= 0) continue;
      rate = link.configured_mbps;
      shares.push_back(*link.measured_mbps / link.configured_mbps);
    }
    if (shares.empty()) continue;
    const auto [low, high] = std::minmax_element(shares.begin(), shares.end());
    links.rows.push_back({name, show_number(rate), fmt::format("{:.3f} to {:.3f}", *low, *high)});
  }
  std::string text;
  if (!devices.rows.empty()) text += markdown_table(devices);
  if (!links.rows.empty()) text += (text.empty() ? "" : "\n") + markdown_table(links);
  return text;
}

}  // namespace

std::string markdown_report(const RunResults& run) {
  return "# " + run.title + "\n" + provenance(run.machine) +
         section("The methods beside each other", methods_text(run)) +
         section("The paper's claims", claims_text(run)) + section("Checks", checks_text(run)) +
         section("Predicted against measured time", prediction_text(run)) +
         section("Stated against measured", emulation_text(run)) + tables_text(run);
}

}  // namespace branchline::lab
