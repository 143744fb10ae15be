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
#include "framework/runtime/plan_maps.h"
#include "framework/runtime/plan_offers.h"
#include "framework/runtime/plan_shelf.h"
#include "framework/runtime/probe_budget.h"
#include "framework/runtime/recent_durations.h"
#include "framework/runtime/wire_costs.h"

namespace branchline::runtime {

/// What was decided for one request.
struct Decision {
  std::shared_ptr<const ShelvedPlan> shelved;
  Choice choice;
  WireCosts::Crossing crossing;  ///< how it is sent, if it is
  LinkView link;
  Plan plan;  ///< as the user sees it
};

/// The plan that the last request got which was free to choose.
struct PlanInForce {
  Plan plan;
  Why why = Why::planned;
};

/// Decides, per request, among the plans on the shelf, and, in the background, which plans should
/// be on it. Safe from any thread; deciding neither plans, compiles nor waits.
class Replanner {
 public:
  /// @param graph    with times for device and edge; the other references are borrowed for good
  /// @param planner  makes the plans that use the edge; null: all that the plan maps hold
  Replanner(graph::LayerGraph graph, std::string digest, const planner::Planner* planner,
            std::shared_ptr<StepTimes> times, WireCosts& wire, PlanShelf& shelf,
            const TimeSource& time);

  Decision decide(const Question& question, const LinkView& link);

  /// Does now what the next decide() would do anyway: prices the plans by what was learned since
  /// the last time. For moments when nothing waits.
  void price_ahead(const LinkView& link);

  /// What would be decided for another link, prepared or not. Runs the planner: not for requests.
  Plan dry_run(const Question& question, const LinkView& link) const;

  /// Puts the plans for this link on the shelf when it differs from the last one planned for, those
  /// likely wanted next first, and beside them: every exit on the edge alone, and the best split of
  /// each exit for requests that force one.
  void replan(const LinkView& link);

  std::optional<PlanInForce> in_force() const;

  /// The edge was profiled: the graph with its real times.
  void set_graph(graph::LayerGraph graph);

  /// A request ran exit 1 on the device in this time.
  void add_first_exit(Duration took);
  void add_edge_run(const Decision& decision, Duration compute);
  void add_device_run(StepTime& step, Duration took);
  double device_ratio() const { return device_ratio_.value(); }

  Plan describe_device(int exit) const;

  /// RecentDurations::forgiving_p99 of exit 1 on the device.
  Duration first_exit_p99() const;

  /// Whether, since the last call, the link should have been measured by a frame and none could be
  /// spared.
  bool take_blind() { return blind_.exchange(false); }

 private:
  /// The fewest of which forgiving_p99 is a p99: of 64 it is a p97, and of the requests at the edge
  /// of what is feasible one in thirty came late. A p99 of more would remember a hiccup for longer.
  static constexpr std::size_t kFirstExitRuns = 256;

  /// What offers were priced from.
  struct PricedAt {
    std::uint64_t connection = 0, shelf = 0, wire = 0, runs = 0;

    friend bool operator==(const PricedAt&, const PricedAt&) = default;
  };

  /// What plan maps were built from.
  struct MapsFor {
    std::uint64_t graph_version = 0, wire_version = 0;
    bool packed = false;

    friend bool operator==(const MapsFor&, const MapsFor&) = default;
  };

  PlanPricing pricing(const graph::LayerGraph& graph) const;
  PlanOffers price_shelf(std::uint64_t connection, std::optional<Place> forced) const;
  std::shared_ptr<const PlanOffers> offers(std::uint64_t connection);
  planner::MapConditions map_conditions(const LinkConditions& link) const;
  std::shared_ptr<const PlanMaps> maps(bool packed) const;
  std::vector<RunnablePlan> likely_first(const LinkView& link, std::size_t most) const;
  std::shared_ptr<const graph::LayerGraph> profiled_graph() const;
  graph::LayerGraph graph_now() const;

  const std::string digest_;
  const planner::Planner* const planner_;
  const std::shared_ptr<StepTimes> times_;
  WireCosts& wire_;
  PlanShelf& shelf_;
  const TimeSource& time_;
  SpeedRatio device_ratio_, edge_ratio_;
  ProbeBudget probes_;
  std::atomic<bool> blind_{false};
  std::atomic<std::uint64_t> runs_{0};  // that taught something, on device or edge

  mutable std::mutex mutex_;  // guards all below
  std::shared_ptr<const graph::LayerGraph> graph_;
  std::uint64_t graph_version_ = 0;
  std::shared_ptr<const PlanOffers> offers_;
  PricedAt priced_at_;
  RecentDurations first_exit_{kFirstExitRuns};
  Duration first_exit_p99_{0};
  std::string in_force_;
  std::optional<PlanInForce> plan_in_force_;
  std::string planned_for_;
  mutable std::shared_ptr<const PlanMaps> maps_;
  mutable MapsFor maps_for_;
};

}  // namespace branchline::runtime
