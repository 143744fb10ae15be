#include "apps/lab/sweep/row_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

namespace branchline::lab {
namespace {

using Kind = RowCheck::Kind;

constexpr std::array<std::pair<Kind, const char*>, 5> kKinds = {{
    {Kind::rises, "rises"},
    {Kind::never_falls, "never_falls"},
    {Kind::never_below, "never_below"},
    {Kind::predicted_equals_simulated, "predicted_equals_simulated"},
    {Kind::predicted_near_measured, "predicted_near_measured"},
}};

constexpr const char* kWhere = "[[check]]";
constexpr double kRounding = 1e-9;

using Rows = std::vector<const ResultRow*>;

Rows chosen(const RowCheck& check, const std::vector<ResultRow>& rows) {
  Rows found;
  for (const ResultRow& row : rows) {
    const bool fits = std::all_of(check.where.begin(), check.where.end(), [&](const auto& wanted) {
      return cell(row, wanted.first, kWhere) == wanted.second;
    });
    if (fits) found.push_back(&row);
  }
  return found;
}

/// What two rows share that differ in x alone.
std::string curve_of(const ResultRow& row, const std::string& x) {
  std::string key = row.model + " " + row.method;
  if (x != "uplink_mbps") key += " on " + row.link;
  if (x != "deadline_ms") key += fmt::format(" by {:g} ms", row.deadline_ms);
  return key;
}

/// The ends of y's interval, as far as few samples tell it; y itself where it has none. Nothing of
/// a row that has no such figure.
std::optional<double> at_most(const ResultRow& row, const std::string& y) {
  if (y == "delivered_accuracy" && row.accuracy) return *row.accuracy * row.hit_high;
  if (y == "measured_ms" && row.measured) return row.measured->high;
  if (y == "fps" && row.measured && row.measured->low > 0) return 1000 / row.measured->low;
  return number(row, y, kWhere);
}
std::optional<double> at_least(const ResultRow& row, const std::string& y) {
  if (y == "delivered_accuracy" && row.accuracy) return *row.accuracy * row.hit_low;
  if (y == "measured_ms" && row.measured) return row.measured->low;
  if (y == "fps" && row.measured && row.measured->high > 0) return 1000 / row.measured->high;
  return number(row, y, kWhere);
}

void check_curve(const RowCheck& check, const std::string& name, Rows curve,
                 CheckOutcome& outcome) {
  const auto x_of = [&](const ResultRow* row) { return number(*row, check.x, kWhere).value_or(0); };
  const auto y_of = [&](const ResultRow* row) { return number(*row, check.y, kWhere).value_or(0); };
  std::stable_sort(curve.begin(), curve.end(),
                   [&](const auto* a, const auto* b) { return x_of(a) < x_of(b); });
  for (std::size_t i = 1; i < curve.size(); ++i) {
    ++outcome.compared;
    const double most = at_most(*curve[i], check.y).value_or(0);
    const double least = at_least(*curve[i - 1], check.y).value_or(0);
    if (most >= least - check.tolerance - kRounding) continue;
    outcome.misses.push_back(fmt::format("{}: {} falls from {:g} to {:g} between {} {:g} and {:g}",
                                         name, check.y, y_of(curve[i - 1]), y_of(curve[i]), check.x,
                                         x_of(curve[i - 1]), x_of(curve[i])));
  }
  const bool flat = y_of(curve.back()) <= y_of(curve.front());
  if (check.kind == Kind::rises && flat && curve.size() > 1) {
    outcome.misses.push_back(fmt::format("{}: {} ends at {:g}, where it began at {:g}", name,
                                         check.y, y_of(curve.back()), y_of(curve.front())));
  }
}

void check_curves(const RowCheck& check, const Rows& rows, CheckOutcome& outcome) {
  std::map<std::string, Rows> curves;
  for (const ResultRow* row : rows) curves[curve_of(*row, check.x)].push_back(row);
  for (const auto& [name, curve] : curves) check_curve(check, name, curve, outcome);
}

void check_pairs(const RowCheck& check, const Rows& rows, CheckOutcome& outcome) {
  for (const ResultRow* ours : rows) {
    if (ours->method != check.of) continue;
    for (const ResultRow* theirs : rows) {
      const bool pair = theirs->method == check.than && theirs->model == ours->model &&
                        theirs->link == ours->link && theirs->deadline_ms == ours->deadline_ms;
      if (!pair) continue;
      const auto high = at_most(*ours, check.y), low = at_least(*theirs, check.y);
      if (!high || !low) continue;
      ++outcome.compared;
      if (*high >= *low - check.tolerance - kRounding) continue;
      outcome.misses.push_back(fmt::format("{}: {} is {:g} at most, that of {} {:g} at least",
                                           describe(*ours), check.y, *high, check.than, *low));
    }
  }
}

void check_simulated(const RowCheck& check, const Rows& rows, CheckOutcome& outcome) {
  for (const ResultRow* row : rows) {
    if (!row->predicted || !row->simulated_ms) continue;
    ++outcome.compared;
    const double difference = std::abs(row->predicted->total - *row->simulated_ms);
    if (difference <= check.tolerance * row->predicted->total + kRounding) continue;
    outcome.misses.push_back(fmt::format("{}: predicted {:g} ms, simulated {:g} ms", describe(*row),
                                         row->predicted->total, *row->simulated_ms));
  }
}

void check_measured(const RowCheck& check, const Rows& rows, CheckOutcome& outcome) {
  for (const ResultRow* row : rows) {
    if (!row->predicted || !row->measured) continue;
    ++outcome.compared;
    const double predicted = row->predicted->total;
    const MeasuredTimes& measured = *row->measured;
    const double slack = check.tolerance * measured.median.total;
    if (predicted >= measured.low - slack && predicted <= measured.high + slack) continue;
    outcome.misses.push_back(fmt::format("{}: predicted {:g} ms, measured {:g} to {:g} ms",
                                         describe(*row), predicted, measured.low, measured.high));
  }
}

}  // namespace

const char* name_of(Kind kind) noexcept {
  for (const auto& [known, name] : kKinds) {
    if (known == kind) return name;
  }
  return "unknown";
}

std::vector<std::string> row_check_kinds() {
  std::vector<std::string> names;
  for (const auto& [kind, name] : kKinds) names.emplace_back(name);
  return names;
}

std::string describe(const RowCheck& check) {
  std::string text;
  if (check.kind == Kind::never_below) {
    text = check.y + " of " + check.of + " is never below that of " + check.than;
  } else if (check.kind == Kind::predicted_equals_simulated) {
    text = "predicted equals simulated";
  } else if (check.kind == Kind::predicted_near_measured) {
    text = fmt::format("predicted is near measured, {:g} %", 100 * check.tolerance);
  } else {
    const char* verb = check.kind == Kind::rises ? " rises with " : " never falls with ";
    text = check.y + verb + check.x;
  }
  for (const auto& [column, value] : check.where) {
    text += (column == check.where.begin()->first ? " where " : " and ") + column + "=" + value;
  }
  return text;
}

CheckOutcome evaluate(const RowCheck& check, const std::vector<ResultRow>& rows) {
  CheckOutcome outcome{check.id, describe(check), 0, {}};
  const Rows looked_at = chosen(check, rows);
  switch (check.kind) {
    case Kind::rises:
    case Kind::never_falls:
      check_curves(check, looked_at, outcome);
      break;
    case Kind::never_below:
      check_pairs(check, looked_at, outcome);
      break;
    case Kind::predicted_equals_simulated:
      check_simulated(check, looked_at, outcome);
      break;
    case Kind::predicted_near_measured:
      check_measured(check, looked_at, outcome);
      break;
  }
  return outcome;
}

}  // namespace branchline::lab
