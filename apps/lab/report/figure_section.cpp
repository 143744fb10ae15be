#include "apps/lab/report/figure_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "apps/lab/report/html_page.h"

namespace branchline::lab {
namespace {

constexpr std::size_t kMostRows = 400;

struct ShownColumn {
  std::string column, heading;
};

void add_column(std::vector<ShownColumn>& shown, const std::string& column,
                const std::string& heading) {
  const auto same = [&](const ShownColumn& known) { return known.column == column; };
  if (!column.empty() && std::none_of(shown.begin(), shown.end(), same))
    shown.push_back({column, heading});
}

std::vector<ShownColumn> shown_columns(const Figure& figure) {
  std::vector<ShownColumn> shown;
  for (std::size_t i = 0; i < figure.columns.size(); ++i)
    add_column(shown, figure.columns[i],
               figure.names.empty() ? figure.columns[i] : figure.names[i]);
  if (figure.kind == FigureKind::table) return shown;
  const FigureLane& lane = figure.lanes.front();
  for (const std::string& column : lane.series) add_column(shown, column, column);
  add_column(shown, figure.x, figure.x_label);
  for (std::size_t i = 0; i < lane.y.size(); ++i) {
    add_column(shown, lane.y[i],
               !lane.names.empty()  ? lane.names[i]
               : lane.y.size() == 1 ? lane.label
                                    : lane.y[i]);
    if (lane.low.empty()) continue;
    add_column(shown, lane.low[i], "from");
    add_column(shown, lane.high[i], "to");
  }
  return shown;
}

std::string shown_cell(const Figure& figure, const CsvTable& table, std::size_t row,
                       const std::string& column) {
  const std::string& text = table.text(row, column);
  const std::optional<double> number = number_of(text);
  if (!number) return text.empty() ? "–" : text;
  // An interval's ends are in the unit of what they belong to.
  std::string owner = column;
  for (const FigureLane& lane : figure.lanes) {
    for (std::size_t i = 0; i < lane.low.size(); ++i) {
      if (lane.low[i] == column || lane.high[i] == column) owner = lane.y[i];
    }
  }
  const auto factor = figure.scale.find(owner);
  return show_number(*number * (factor == figure.scale.end() ? 1 : factor->second));
}

std::string rows_behind(const Figure& figure, const std::vector<RunTable>& runs) {
  TextTable table = figure_rows(figure, runs);
  const std::size_t all = table.rows.size();
  if (all > kMostRows) table.rows.resize(kMostRows);
  std::string html = html_table(table.header, table.rows);
  if (all > kMostRows)
    html += fmt::format("<p class=\"soft\">And {} rows more in {}.</p>", all - kMostRows,
                        html_text(figure.from));
  return html;
}

/// What the checks found, in their words: they may decide but a part of the claim.
std::string verdict_of(const Figure& figure, const RunResults& run, const std::string& where) {
  std::string verdict;
  for (const CheckResult* check : checks_of(figure, run)) {
    verdict +=
        fmt::format("<p class=\"{}\">{} {}: {}</p>", check->holds ? "good" : "late",
                    check->holds ? "✓ Holds" : "✗ Does not hold", where, html_text(check->text));
  }
  if (!verdict.empty()) return verdict;
  return "<p class=\"soft\">No check decides whether it holds " + where + "; look and judge.</p>";
}

std::string claim_block(const Figure& figure, const std::vector<const RunResults*>& runs) {
  if (figure.claim.empty()) return "";
  std::string html =
      "<div class=\"claim\"><p><b>The paper:</b> " + html_text(figure.claim) + "</p>";
  for (const RunResults* run : runs)
    html += verdict_of(figure, *run, runs.size() > 1 ? "in " + html_text(run->name) : "here");
  return html + "</div>";
}

}  // namespace

TextTable figure_rows(const Figure& figure, const std::vector<RunTable>& runs) {
  const std::vector<ShownColumn> columns = shown_columns(figure);
  TextTable shown;
  if (runs.size() > 1) shown.header.push_back("run");
  for (const ShownColumn& column : columns) shown.header.push_back(column.heading);
  std::set<std::vector<std::string>> there;
  for (const RunTable& run : runs) {
    const CsvTable table = run.rows.where(figure.where);
    for (std::size_t row = 0; row < table.rows(); ++row) {
      std::vector<std::string> cells;
      if (runs.size() > 1) cells.push_back(run.run);
      for (const ShownColumn& column : columns)
        cells.push_back(shown_cell(figure, table, row, column.column));
      if (there.insert(cells).second) shown.rows.push_back(std::move(cells));
    }
  }
  return shown;
}

std::vector<const CheckResult*> checks_of(const Figure& figure, const RunResults& run) {
  std::vector<const CheckResult*> found;
  for (const CheckResult& check : run.checks) {
    const auto names = [&](const std::string& id) { return id == check.id || id == check.text; };
    if (std::any_of(figure.checks.begin(), figure.checks.end(), names)) found.push_back(&check);
  }
  return found;
}

std::string show_number(double number) {
  if (number == 0) return "0";
  if (std::abs(number) >= 1000) return fmt::format("{:.0f}", number);
  return fmt::format("{:.4g}", number);
}

std::string figure_section(const Figure& figure, const std::string& svg,
                           const std::vector<const RunResults*>& runs,
                           const std::vector<RunTable>& rows) {
  std::string html =
      fmt::format("<figure id=\"{}\" class=\"{}\"><h3>{}</h3>", figure.id,
                  figure.kind == FigureKind::table ? "whole" : "drawn", html_text(figure.title));
  if (!svg.empty()) html += "<div class=\"picture\">" + svg + "</div>";
  html += claim_block(figure, runs);
  if (!figure.note.empty()) html += "<p class=\"soft\">" + html_text(figure.note) + "</p>";
  if (figure.kind == FigureKind::table) return html + rows_behind(figure, rows) + "</figure>";
  if (figure.kind == FigureKind::timeline)
    return html + "<p class=\"soft\">Every frame is in " + html_text(figure.from) +
           ".</p></figure>";
  return html + "<details" + (svg.empty() ? " open" : "") +
         "><summary>The rows behind it</summary>" + rows_behind(figure, rows) +
         "</details></figure>";
}

}  // namespace branchline::lab
