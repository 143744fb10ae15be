#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "branchline/result.h"
#include "framework/graph/layer_graph.h"
#include "framework/planner/planner.h"
#include "framework/runtime/exit_policy.h"
#include "framework/runtime/link_monitor.h"
#include "framework/runtime/plan_shelf.h"
#include "framework/runtime/probe_budget.h"
#include "framework/runtime/recent_durations.h"
#include "framework/runtime/wire_costs.h"

namespace branchline::runtime {

/// What was decided for one request.
struct Decision {
  std::shared_ptr<const ShelvedPlan> shelved;
  Choice choice;
  LinkView link;
  Plan plan;  ///< as the user sees it
};

/// Decides, per request, among the plans on the shelf, and, in the background, which plans should
/// be on it. Safe from any thread; deciding neither plans, compiles nor waits.
class Replanner {
 public:
  /// @param graph  with times for device and edge; the other references are borrowed for good
  Replanner(graph::LayerGraph graph, std::string digest, const planner::Planner& planner,
            std::shared_ptr<StepTimes> times, WireCosts& wire, PlanShelf& shelf,
            const TimeSource& time);

  Decision decide(const Question& question, const LinkView& link);

  /// What would be decided for another link, prepared or not. Runs the planner: not for requests.
  Plan dry_run(const Question& question, const LinkView& link) const;

  /// Puts the plans for this link on the shelf when it differs from the last one planned for, and
  /// beside the planner's: every exit on the edge alone, and the best split of each exit for
  /// requests that force one.
  void replan(const LinkView& link);

  /// The plan that the last request got which was free to choose.
  std::optional<Plan> in_force() const;

  /// The edge was profiled: the graph with its real times.
  void set_graph(graph::LayerGraph graph);

  /// A request ran exit 1 on the device in this time.
  void add_first_exit(Duration took);
  void add_edge_run(const RemotePart& part, Duration compute);
  void add_device_run(const StepTime& step, Duration took);
  double device_ratio() const { return device_ratio_.value(); }

  /// The user's words for a plan.
  Plan describe(const RunnablePlan& plan, const Forecast& forecast, Duration budget) const;
  Plan describe_device(int exit) const;

  /// RecentDurations::forgiving_p99 of exit 1 on the device.
  Duration first_exit_p99() const;

  /// Whether, since the last call, the link should have been measured by a frame and none could be
  /// spared.
  bool take_blind() { return blind_.exchange(false); }

 private:
  PlanTimes times_of(const RunnablePlan& plan, const LinkView& link) const;
  Duration edge_time(const RemotePart& part) const;
  graph::LayerGraph graph_now() const;

  const std::string digest_;
  const planner::Planner& planner_;
  const std::shared_ptr<StepTimes> times_;
  WireCosts& wire_;
  PlanShelf& shelf_;
  const TimeSource& time_;
  SpeedRatio device_ratio_, edge_ratio_;
  ProbeBudget probes_;
  std::atomic<bool> blind_{false};

  mutable std::mutex mutex_;  // guards all below
  graph::LayerGraph graph_;
  RecentDurations first_exit_{200};
  std::string in_force_;
  std::optional<Plan> plan_in_force_;
  std::string planned_for_;
};

}  // namespace branchline::runtime
