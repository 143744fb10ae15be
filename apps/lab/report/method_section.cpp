#include "apps/lab/report/method_section.h"

#include <fmt/format.h>

#include "apps/lab/report/html_page.h"
#include "apps/lab/report/method_ratios.h"

namespace branchline::lab {
namespace {

std::string shown(const char* format, const std::optional<double>& number, double scale = 1) {
  return number ? fmt::format(fmt::runtime(format), scale * *number) : "–";
}

}  // namespace

TextTable method_table(const RunResults& run) {
  const CsvTable* results = run.table("results.csv");
  if (results == nullptr || results->distinct("method").size() < 2) return {};
  const std::string reference = reference_method(*results);
  TextTable table{
      {"model", "method", "rows", "in time / %", "accuracy in time / %",
       "accuracy, × " + reference + "'s", "measured time, × " + reference + "'s", "rows timed"},
      {}};
  for (const MethodRatio& ratio : method_ratios(*results)) {
    table.rows.push_back({ratio.model, ratio.method, std::to_string(ratio.rows),
                          fmt::format("{:.1f}", 100 * ratio.hit_rate),
                          shown("{:.1f}", ratio.accuracy, 100),
                          shown("{:.3f}", ratio.accuracy_ratio), shown("{:.3f}", ratio.time_ratio),
                          std::to_string(ratio.timed)});
  }
  return table;
}

std::string method_section(const RunResults& run) {
  const TextTable table = method_table(run);
  if (table.rows.empty()) return "";
  return "<h2>The methods beside each other</h2><p class=\"soft\">Means over the links and "
         "deadlines that a method shares with the one it is compared with; times in geometric "
         "mean, where both were measured.</p>" +
         html_table(table.header, table.rows);
}

}  // namespace branchline::lab
