#include "apps/lab/report/report_sections.h"

#include <fmt/format.h>

#include <algorithm>

#include "apps/lab/report/figure_section.h"
#include "apps/lab/report/html_page.h"
#include "apps/lab/report/prediction_errors.h"

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

std::string prediction_card(const CsvTable& results) {
  const std::optional<PredictionErrors> errors = prediction_errors(results);
  if (!errors) return "";
  return card("Prediction",
              fmt::format("<p>Predicted against measured time of {} plans: median "
                          "error {}, 90th percentile {}.</p>",
                          errors->plans, against_target(errors->median, kMedianErrorTarget),
                          against_target(errors->p90, kP90ErrorTarget)));
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

double median_of(std::vector<double> numbers) {
  const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() / 2);
  std::nth_element(numbers.begin(), middle, numbers.end());
  return *middle;
}

/// Empty texts where no row has a number.
std::string median_text(const CsvTable& rows, const std::string& column) {
  std::vector<double> numbers;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    if (const auto number = rows.number(row, column)) numbers.push_back(*number);
  }
  return numbers.empty() ? "–" : show_number(median_of(numbers));
}

std::string devices_table(const CsvTable& results) {
  std::vector<Cells> rows;
  for (const std::string& model : results.distinct("model"))
    rows.push_back({model, "×" + median_text(results.where({{"model", {model}}}), "slowdown")});
  return "<h3>The emulated device</h3><p>Each slice's compute time is stretched by the stated "
         "factor: the thread sleeps the rest.</p>" +
         html_table({"model", "slowed by"}, rows);
}

std::string links_table(const CsvTable& results) {
  std::vector<Cells> rows;
  for (const std::string& link : results.distinct("link")) {
    const CsvTable of_link = results.where({{"link", {link}}});
    rows.push_back({link, median_text(of_link, "uplink_mbps"), median_text(of_link, "goodput_mbps"),
                    median_text(of_link, "delay_ms")});
  }
  return "<h3>The emulated links</h3><p>A user-space emulator lets no burst through: each byte "
         "takes "
         "its time at the rate.</p>" +
         html_table({"link", "configured / Mbit/s", "measured / Mbit/s", "delay / ms"}, rows);
}

std::string ratio_text(const std::optional<double>& ratio) {
  return ratio ? fmt::format("{:.3f}", *ratio) : "–";
}

Cells cells_of(const ComparedRow& row) {
  std::string differs;
  for (const std::string& column : row.differs) differs += (differs.empty() ? "" : ", ") + column;
  return {row.model,
          row.method,
          row.link,
          row.deadline_ms,
          ratio_text(row.measured),
          ratio_text(row.hit_rate),
          ratio_text(row.accuracy),
          differs.empty() ? "" : "▲ " + differs};
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
font-size:.9rem;padding:.3rem 0}details table,figure table{font-size:.82rem}
.facts th,.facts td{text-align:left;white-space:normal;overflow-wrap:anywhere;vertical-align:top;
font-size:.88rem}.facts th{min-width:7rem}
pre{overflow-x:auto;font-size:.8rem;background:var(--card);border:1px solid var(--line);
border-radius:.6rem;padding:.8rem}li{overflow-wrap:anywhere}
)";

std::string overview_section(const RunResults& run) {
  const CsvTable* results = run.table("results.csv");
  std::string cards;
  if (results != nullptr) cards = rows_card(*results) + prediction_card(*results);
  cards += checks_card(run);
  return cards.empty() ? "" : "<div class=\"cards\">" + cards + "</div>";
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

std::string setting_section(const RunResults& run) {
  std::string html = "<h2>How it was run</h2>";
  if (!run.settings.empty()) html += facts_table(run.settings);
  if (const CsvTable* results = run.table("results.csv"))
    html += devices_table(*results) + links_table(*results);
  if (!run.machine.empty()) html += "<h3>The machine</h3>" + facts_table(run.machine);
  if (!run.summary.empty())
    html += "<details><summary>results.json</summary>" + facts_table(run.summary) + "</details>";
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
  const Cells header = {"model",         "method",   "link",     "deadline / ms",
                        "measured time", "hit rate", "accuracy", "differs"};
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
