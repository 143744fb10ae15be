#include "apps/lab/report/report_sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "apps/lab/report/figure_section.h"
#include "apps/lab/report/html_page.h"

namespace branchline::lab {
namespace {

using Cells = std::vector<std::string>;

std::string card(const std::string& heading, const std::string& html) {
  return "<div class=\"card\"><h3>" + html_text(heading) + "</h3>" + html + "</div>";
}

std::string against_target(double error, double target) {
  return fmt::format("<span class=\"{}\">{:.1f} %</span> (target {:.0f} %)",
                     error <= target ? "good" : "late", 100 * error, 100 * target);
}

std::string prediction_card(const std::optional<PredictionError>& error) {
  if (!error || error->plans == 0) return "";
  return card("Prediction",
              fmt::format("<p>Predicted against measured time of {} plans: median "
                          "error {}, 90th percentile {}.</p>",
                          error->plans, against_target(error->median, kMedianErrorTarget),
                          against_target(error->p90, kP90ErrorTarget)));
}

std::string rows_card(const CsvTable& results) {
  const auto names = [&](const char* column) {
    std::string list;
    for (const std::string& name : results.distinct(column))
      list += (list.empty() ? "" : ", ") + name;
    return list;
  };
  return card("Measured",
              fmt::format("<p>{} rows. Models: {}. Methods: {}. {} links, {} "
                          "deadlines.</p>",
                          results.rows(), html_text(names("model")), html_text(names("method")),
                          results.distinct("link").size(), results.distinct("deadline_ms").size()));
}

std::string checks_card(const RunResults& run) {
  if (run.checks.empty()) return "";
  const auto holding = std::count_if(run.checks.begin(), run.checks.end(),
                                     [](const CheckResult& check) { return check.holds; });
  const auto all = static_cast<std::ptrdiff_t>(run.checks.size());
  return card("Checks", fmt::format("<p class=\"{}\">{} of {} hold.</p>",
                                    holding == all ? "good" : "late", holding, all));
}

std::string facts_table(const Facts& facts) {
  std::string rows;
  for (const auto& [key, value] : facts)
    rows += "<tr><th>" + html_text(key) + "</th><td>" + html_text(value) + "</td></tr>";
  return "<table class=\"facts\">" + rows + "</table>";
}

/// "Predicted …" with a capital and a full stop.
std::string as_sentence(std::string text) {
  if (text.empty()) return "";
  text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return "<p>" + html_text(text) + ".</p>";
}

std::string emulation_intro(const std::string& heading, const std::string& how, bool none) {
  return how.empty() && none ? "" : "<h3>" + heading + "</h3>" + as_sentence(how);
}

std::string devices_table(const RunResults& run) {
  const std::string html =
      emulation_intro("The emulated device", run.device_emulation, run.devices.empty());
  if (run.devices.empty()) return html;
  std::vector<Cells> rows;
  for (const EmulatedDevice& device : run.devices)
    rows.push_back(
        {device.model, "×" + show_number(device.stated), "×" + show_number(device.measured)});
  return html + html_table({"model", "stated slow-down", "measured"}, rows);
}

std::string links_table(const RunResults& run) {
  const std::string html =
      emulation_intro("The emulated links", run.link_emulation, run.links.empty());
  if (run.links.empty()) return html;
  std::vector<Cells> rows;
  for (const EmulatedLink& link : run.links) {
    rows.push_back({link.model, link.name, show_number(link.configured_mbps),
                    link.measured_mbps ? show_number(*link.measured_mbps) : "–",
                    show_number(link.delay_ms)});
  }
  return html +
         html_table({"model", "link", "configured / Mbit/s", "measured / Mbit/s", "delay / ms"},
                    rows);
}

/// "▲ 1.121" when `column` differs.
std::string ratio_text(const ComparedRow& row, const std::string& column,
                       const std::optional<double>& ratio) {
  const bool differs =
      std::find(row.differs.begin(), row.differs.end(), column) != row.differs.end();
  return (differs ? "▲ " : "") + (ratio ? fmt::format("{:.3f}", *ratio) : "–");
}

Cells cells_of(const ComparedRow& row) {
  return {row.model,
          row.method,
          row.link,
          row.deadline_ms,
          ratio_text(row, "measured_ms", row.measured),
          ratio_text(row, "hit_rate", row.hit_rate),
          ratio_text(row, "accuracy", row.accuracy)};
}

}  // namespace

const char* const kReportStyle = R"(
:root{--series1:#0072b2;--series2:#d55e00;--series3:#009e73;--series4:#b55a8c;--series5:#b97f00;
--series6:#3a93c4}
@media(prefers-color-scheme:dark){:root{--series1:#4aa8e0;--series2:#f2813a;--series3:#2cc79c;
--series4:#e29ac4;--series5:#f0b53c;--series6:#8fd0f5}}
h3{font-size:1rem;margin:1.2rem 0 .4rem}.good{color:var(--good)}.late{color:var(--late)}
.figures{display:grid;gap:1.2rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,27rem),1fr))}
figure{margin:0;background:var(--card);border:1px solid var(--line);border-radius:.6rem;
padding:.9rem 1rem;min-width:0}figure.whole{grid-column:1/-1}figure h3{margin:0 0 .5rem}
.picture{max-width:34rem;margin:0 auto}.claim{border-left:3px solid var(--line);padding-left:.8rem}
.claim p,figure p{margin:.35rem 0;font-size:.92rem}summary{cursor:pointer;color:var(--soft);
font-size:.9rem;padding:.3rem 0}table{font-size:.88rem}details table,figure table{font-size:.82rem}
figure th{white-space:normal}
.facts th,.facts td{text-align:left;white-space:normal;overflow-wrap:anywhere;vertical-align:top}.facts th{min-width:7rem}
pre{overflow-x:auto;font-size:.8rem;background:var(--card);border:1px solid var(--line);
border-radius:.6rem;padding:.8rem}li{overflow-wrap:anywhere}
)";

std::string overview_section(const RunResults& run) {
  const CsvTable* results = run.table("results.csv");
  std::string cards;
  if (results != nullptr) cards = rows_card(*results);
  cards += prediction_card(run.prediction) + checks_card(run);
  std::string html = cards.empty() ? "" : "<div class=\"cards\">" + cards + "</div>";
  for (const std::string& note : run.notes) html += "<p class=\"late\">" + html_text(note) + "</p>";
  return html;
}

std::string checks_section(const RunResults& run) {
  if (run.checks.empty()) return "";
  std::string items;
  for (const CheckResult& check : run.checks) {
    items += fmt::format("<li><span class=\"{}\">{}</span> {}", check.holds ? "good" : "late",
                         check.holds ? "✓" : "✗", html_text(check.text));
    for (const std::string& miss : check.misses)
      items += "<br><span class=\"soft\">" + html_text(miss) + "</span>";
    items += "</li>";
  }
  return "<h2>The checks</h2><ul>" + items + "</ul>";
}

std::string text_section(const RunResults& run) {
  if (run.text.empty()) return "";
  const bool only = run.figures.empty();
  return std::string("<details") + (only ? " open" : "") +
         "><summary>As it was printed</summary><pre>" + html_text(run.text) + "</pre></details>";
}

std::string setting_section(const RunResults& run) {
  std::string html = "<h2>How it was run</h2>";
  if (!run.settings.empty()) html += facts_table(run.settings);
  html += devices_table(run) + links_table(run);
  if (!run.machine.empty()) html += "<h3>The machine</h3>" + facts_table(run.machine);
  if (!run.config.empty()) {
    html += "<details><summary>config.toml: run it again with this</summary><pre>" +
            html_text(run.config) + "</pre></details>";
  }
  return html +
         "<p class=\"soft\">One machine plays device, link and edge, so its other work shows "
         "in the numbers. All of them are in the CSV files beside this page, each figure's in "
         "figures/.</p>";
}

std::string comparison_section(const RunComparison& comparison, const RunResults& here,
                               const RunResults& there) {
  const Cells header = {"model",         "method",   "link",    "deadline / ms",
                        "measured time", "hit rate", "accuracy"};
  std::vector<Cells> all, differing;
  for (const ComparedRow& row : comparison.rows) {
    all.push_back(cells_of(row));
    if (!row.differs.empty()) differing.push_back(all.back());
  }
  std::string html = fmt::format(
      "<h2>{0} over {1}</h2><p>Ratios: {0}'s figure over {1}'s. {2} of {3} rows differ (▲): the 95 "
      "% "
      "intervals of both runs have nothing in common, or the accuracy of the exit used is another "
      "one.",
      html_text(here.name), html_text(there.name), differing.size(), all.size());
  if (comparison.only_here + comparison.only_there > 0) {
    html += fmt::format(" {} rows are only in {}, {} only in {}.", comparison.only_here,
                        html_text(here.name), comparison.only_there, html_text(there.name));
  }
  html += "</p>";
  if (!differing.empty()) html += html_table(header, differing);
  return html + "<details><summary>All rows</summary>" + html_table(header, all) + "</details>";
}

}  // namespace branchline::lab
