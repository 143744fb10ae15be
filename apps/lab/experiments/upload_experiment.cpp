#include "apps/lab/experiments/upload_experiment.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "framework/planner/scheduled_plan.h"

namespace branchline::lab {
namespace {

using planner::Nanoseconds;
using planner::Plan;
using planner::PlanRequest;

bool is_on(const Plan& plan, std::size_t unit, Tier tier) { return plan.tier[unit] == tier; }

/// Units but the input that compute there.
bool computes_on(const Plan& plan, Tier tier) {
  for (std::size_t unit = 1; unit < plan.tier.size(); ++unit) {
    if (is_on(plan, unit, tier)) return true;
  }
  return false;
}

/// Units of the device that the edge reads from.
int sent_values(const graph::LayerGraph& graph, const Plan& plan) {
  std::vector<bool> sent(graph.units.size(), false);
  for (const graph::Unit& unit : graph.units) {
    if (!is_on(plan, static_cast<std::size_t>(unit.id), Tier::edge)) continue;
    for (const graph::ValueId& input : unit.inputs) {
      const auto from = static_cast<std::size_t>(input.unit);
      if (is_on(plan, from, Tier::device)) sent[from] = true;
    }
  }
  return static_cast<int>(std::count(sent.begin(), sent.end(), true));
}

double gain_of(Nanoseconds at_the_end, Nanoseconds as_soon_as_possible) {
  return static_cast<double>(at_the_end.count()) /
         static_cast<double>(std::max<Nanoseconds::rep>(as_soon_as_possible.count(), 1));
}

class UploadCases {
 public:
  UploadCases() : registry_(planner::standard_planners()) {}

  void add(const PlanRequest& request, UploadRow& row) const {
    const auto best = registry_.find("exact2").plan(request);
    const auto joint = registry_.find("pipeline").plan(request);
    if (!best || !joint) return;
    ++row.cases;
    const bool split = computes_on(*best, Tier::device) && computes_on(*best, Tier::edge);
    if (split) ++row.splits;
    if (split && sent_values(request.graph, *best) > 1) ++row.several;
    const Plan scheduled = planner::scheduled(request, *best, planner::Scheduler::dag);
    const double gain = gain_of(best->predicted, scheduled.predicted);
    const double joint_gain = gain_of(best->predicted, joint->predicted);
    row.mean_gain += gain;
    row.mean_joint += joint_gain;
    row.most_gain = std::max(row.most_gain, gain);
    row.most_joint = std::max(row.most_joint, joint_gain);
  }

 private:
  const planner::PlannerRegistry registry_;
};

UploadRow upload_row(const PlannerExperiment& experiment, const graph::LayerGraph& graph) {
  const UploadCases cases;
  UploadRow row;
  row.graph = graph.name;
  row.mean_gain = row.mean_joint = 0;
  for (const double ratio : experiment.device_ratios) {
    const graph::LayerGraph timed =
        with_roofline_times(graph, {experiment.edge.times(1 / ratio), experiment.edge});
    for (const double uplink : experiment.uplinks_bytes_per_s) {
      cases.add({timed,
                 {uplink, 4 * uplink, experiment.round_trip},
                 std::nullopt,
                 timed.exit_count() - 1,
                 std::nullopt,
                 std::nullopt,
                 Nanoseconds(0)},
                row);
    }
  }
  const double count = std::max(row.cases, 1);
  row.mean_gain /= count;
  row.mean_joint /= count;
  return row;
}

}  // namespace

std::vector<UploadRow> run_upload_experiment(const PlannerExperiment& experiment) {
  std::vector<UploadRow> rows;
  for (const graph::LayerGraph& graph : experiment.graphs) {
    rows.push_back(upload_row(experiment, graph));
  }
  return rows;
}

std::string upload_table(const std::vector<UploadRow>& rows) {
  std::string text =
      fmt::format("{:<28}{:>7}{:>8}{:>9}{:>11}{:>7}{:>12}{:>7}\n", "network", "cases", "splits",
                  "several", "same cut", "most", "cut + order", "most");
  for (const UploadRow& row : rows) {
    text += fmt::format("{:<28}{:>7}{:>8}{:>9}{:>11.3f}{:>7.3f}{:>12.3f}{:>7.3f}\n", row.graph,
                        row.cases, row.splits, row.several, row.mean_gain, row.most_gain,
                        row.mean_joint, row.most_joint);
  }
  return text;
}

std::string upload_csv(const std::vector<UploadRow>& rows) {
  std::string text =
      "schema,graph,cases,splits,several,mean_gain,most_gain,mean_joint,most_joint\n";
  for (const UploadRow& row : rows) {
    text += fmt::format("branchline.upload/1,{},{},{},{},{},{},{},{}\n", row.graph, row.cases,
                        row.splits, row.several, row.mean_gain, row.most_gain, row.mean_joint,
                        row.most_joint);
  }
  return text;
}

std::string upload_json(const std::vector<UploadRow>& rows) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const UploadRow& row : rows) {
    list.push_back({{"graph", row.graph},
                    {"cases", row.cases},
                    {"splits", row.splits},
                    {"several", row.several},
                    {"mean_gain", row.mean_gain},
                    {"most_gain", row.most_gain},
                    {"mean_joint", row.mean_joint},
                    {"most_joint", row.most_joint}});
  }
  return nlohmann::ordered_json{{"schema", "branchline.upload/1"}, {"rows", list}}.dump(2) + "\n";
}

}  // namespace branchline::lab
