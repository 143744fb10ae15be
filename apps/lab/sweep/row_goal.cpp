#include "apps/lab/sweep/row_goal.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

constexpr const char* kForm =
    "write e.g. 'hit_rate>=0.95' or 'method=branchline: measured_p90_ms<=100'; columns: "
    "docs/schemas.md";

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// Takes "method=branchline:" off the front, if it is there.
std::string without_filter(const std::string& text, const std::string& where, RowGoal& goal) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return text;
  const std::string filter = text.substr(0, colon);
  const std::size_t equals = filter.find('=');
  if (equals == std::string::npos) {
    throw InputError("'" + trimmed(filter) + "' chooses no rows", where, kForm);
  }
  goal.only_column = trimmed(filter.substr(0, equals));
  goal.only_value = trimmed(filter.substr(equals + 1));
  cell({}, goal.only_column, where);  // there is such a column
  return text.substr(colon + 1);
}

}  // namespace

RowGoal parse_row_goal(const std::string& text, const std::string& where) {
  RowGoal goal;
  goal.text = text;
  const std::string comparison = trimmed(without_filter(text, where, goal));
  const std::size_t sign = comparison.find_first_of("<>");
  if (sign == std::string::npos || sign + 2 >= comparison.size() || comparison[sign + 1] != '=') {
    throw InputError("'" + text + "' is no goal", where, kForm);
  }
  goal.column = trimmed(comparison.substr(0, sign));
  goal.at_least = comparison[sign] == '>';
  const std::string bound = trimmed(comparison.substr(sign + 2));
  char* end = nullptr;
  goal.bound = std::strtod(bound.c_str(), &end);
  if (bound.empty() || *end != '\0' || !std::isfinite(goal.bound)) {
    throw InputError("'" + bound + "' is no number", where, kForm);
  }
  number({}, goal.column, where);
  return goal;
}

std::vector<std::string> missed_by(const RowGoal& goal, const std::vector<ResultRow>& rows) {
  std::vector<std::string> misses;
  std::size_t looked_at = 0;
  for (const ResultRow& row : rows) {
    if (!goal.only_column.empty() && cell(row, goal.only_column, "--require") != goal.only_value) {
      continue;
    }
    ++looked_at;
    const auto value = number(row, goal.column, "--require");
    if (value && (goal.at_least ? *value >= goal.bound : *value <= goal.bound)) continue;
    misses.push_back(fmt::format("{}: {} is {}", describe(row), goal.column,
                                 value ? fmt::format("{:g}", *value) : "not known"));
  }
  if (looked_at == 0) misses.push_back("no row is " + goal.only_column + "=" + goal.only_value);
  return misses;
}

}  // namespace branchline::lab
