#include "apps/lab/experiments/planner_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/branchline/flags.h"

namespace branchline::lab {
namespace {

using apps::padded;
using nlohmann::ordered_json;

constexpr const char* kRowsSchema = "branchline.planners_experiment/1";

std::string ratio_text(double ratio) { return fmt::format("{:.3f}", ratio); }

std::string cell_of(const PlannerRow& row) {
  if (!row.plan) return row.refused.empty() ? "no plan" : "-";
  const std::string time = apps::show_duration(row.plan->predicted);
  const bool optimal = row.to_optimum && ratio_text(*row.to_optimum) == "1.000";
  if (!row.to_optimum || optimal) return time + (optimal ? " =" : "");
  return fmt::format("{} x{:.2f}", time, *row.to_optimum);
}

/// Rows of one graph and ratio, which stand together.
using RowRange =
    std::pair<std::vector<PlannerRow>::const_iterator, std::vector<PlannerRow>::const_iterator>;

RowRange case_from(std::vector<PlannerRow>::const_iterator first,
                   std::vector<PlannerRow>::const_iterator end) {
  return {first, std::find_if(first, end, [&first](const PlannerRow& row) {
            return row.graph != first->graph || row.device_ratio != first->device_ratio;
          })};
}

std::vector<double> uplinks_of(const RowRange& rows) {
  std::vector<double> uplinks;
  for (auto row = rows.first; row != rows.second; ++row) {
    if (uplinks.empty() || uplinks.back() != row->uplink_bytes_per_s) {
      uplinks.push_back(row->uplink_bytes_per_s);
    }
  }
  return uplinks;
}

std::string case_table(const RowRange& rows) {
  const std::vector<double> uplinks = uplinks_of(rows);
  const auto algorithms = static_cast<std::size_t>(rows.second - rows.first) / uplinks.size();
  std::string text = fmt::format("\n{}, {} units, device {} times slower than the edge\n",
                                 rows.first->graph, rows.first->units, rows.first->device_ratio);
  text += "  " + padded("algorithm", 21);
  for (const double uplink : uplinks) text += padded(apps::show_rate(uplink), 18);
  text += "solver\n";
  for (std::size_t algorithm = 0; algorithm < algorithms; ++algorithm) {
    text += "  " + padded((rows.first + static_cast<std::ptrdiff_t>(algorithm))->algorithm, 21);
    planner::Nanoseconds solver{0};
    for (std::size_t uplink = 0; uplink < uplinks.size(); ++uplink) {
      const auto place = static_cast<std::ptrdiff_t>(uplink * algorithms + algorithm);
      const PlannerRow& row = *(rows.first + place);
      text += padded(cell_of(row), 18);
      solver = std::max(solver, row.solver_time);
    }
    text += apps::show_duration(solver) + '\n';
  }
  return text;
}

}  // namespace

std::string summary_table(const std::vector<PlannerSummary>& summaries) {
  std::string text = padded("algorithm", 21) + padded("cases", 7) + padded("planned", 9) +
                     padded("optimal", 9) + padded("mean x", 8) + padded("worst x", 9) +
                     padded("stream x", 10) + "solver (median)\n";
  for (const PlannerSummary& summary : summaries) {
    const bool compared = summary.worst_to_optimum > 0;
    text += padded(summary.algorithm, 21) + padded(std::to_string(summary.cases), 7) +
            padded(std::to_string(summary.planned), 9) +
            padded(std::to_string(summary.optimal), 9) +
            padded(compared ? ratio_text(summary.mean_to_optimum) : "-", 8) +
            padded(compared ? fmt::format("{:.2f}", summary.worst_to_optimum) : "-", 9) +
            padded(summary.mean_stream_gain > 0 ? ratio_text(summary.mean_stream_gain) : "-", 10) +
            apps::show_duration(summary.median_solver_time) + '\n';
  }
  return text;
}

std::string case_tables(const std::vector<PlannerRow>& rows) {
  std::string text;
  for (auto row = rows.begin(); row != rows.end();) {
    const RowRange one = case_from(row, rows.end());
    text += case_table(one);
    row = one.second;
  }
  return text;
}

std::string rows_to_csv(const std::vector<PlannerRow>& rows) {
  std::string csv =
      "schema,graph,units,uplink_bps,device_ratio,algorithm,exit,predicted_ns,uplink_bytes,"
      "to_optimum,frames_per_s,solver_ns\n";
  for (const PlannerRow& row : rows) {
    csv += fmt::format("{},{},{},{},{},{},", kRowsSchema, row.graph, row.units,
                       row.uplink_bytes_per_s * 8, row.device_ratio, row.algorithm);
    csv += row.plan ? fmt::format("{},{},{},", row.plan->exit + 1, row.plan->predicted.count(),
                                  row.plan->uplink_bytes)
                    : ",,,";
    csv += row.to_optimum ? fmt::format("{:.6f}", *row.to_optimum) : "";
    csv += row.frames_per_s ? fmt::format(",{:.6g}", *row.frames_per_s) : ",";
    csv += fmt::format(",{}\n", row.solver_time.count());
  }
  return csv;
}

std::string rows_to_json(const std::vector<PlannerRow>& rows) {
  ordered_json json = {{"schema", kRowsSchema}, {"rows", ordered_json::array()}};
  for (const PlannerRow& row : rows) {
    ordered_json entry = {{"graph", row.graph},
                          {"units", row.units},
                          {"uplink_bps", row.uplink_bytes_per_s * 8},
                          {"device_ratio", row.device_ratio},
                          {"algorithm", row.algorithm},
                          {"solver_ns", row.solver_time.count()}};
    if (row.plan) {
      entry["exit"] = row.plan->exit + 1;
      entry["predicted_ns"] = row.plan->predicted.count();
      entry["uplink_bytes"] = row.plan->uplink_bytes;
    }
    if (row.frames_per_s && std::isfinite(*row.frames_per_s)) {
      entry["frames_per_s"] = *row.frames_per_s;
    }
    if (row.to_optimum) entry["to_optimum"] = *row.to_optimum;
    if (!row.refused.empty()) entry["refused"] = row.refused;
    json["rows"].push_back(entry);
  }
  return json.dump(2) + '\n';
}

}  // namespace branchline::lab
