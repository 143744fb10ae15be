#pragma once

#include <memory>
#include <vector>

#include "framework/graph/layer_graph.h"
#include "framework/runtime/exit_policy.h"
#include "framework/runtime/runnable_plan.h"
#include "framework/runtime/wire_costs.h"

namespace branchline::runtime {

struct ShelvedPlan;

/// All ways to carry out some plans, with all they take but the link's part. A plan that sends
/// something can be carried out with several choices of codecs.
struct PlanOffers {
  struct Way {
    std::size_t plan = 0;  ///< by its place in the list that the plans came from
    WireCosts::Crossing crossing;
  };

  std::vector<std::shared_ptr<const ShelvedPlan>> plans;  ///< that list, if they are on the shelf
  std::vector<Candidate> candidates;
  std::vector<Way> ways;  ///< by candidate
};

/// What plans take, by what is known now of device, edge and codecs. Borrows all; for one round of
/// pricing.
struct PlanPricing {
  const graph::LayerGraph& graph;  ///< with the edge's times
  const WireCosts& wire;
  double device_ratio = 1, edge_ratio = 1;  ///< measured / predicted
  std::size_t first_level = WireCosts::kUsual, last_level = WireCosts::kUsual;

  /// Adds the ways of the plan number `index`.
  void add(const RunnablePlan& plan, std::size_t index, PlanOffers& offers) const;

  /// As predicted, whatever edge_ratio.
  Duration edge_time(const RemotePart& part) const;

 private:
  PlanTimes times_of(const RunnablePlan& plan) const;
  PlanTimes sent_as(PlanTimes times, const WireCosts::Crossing& crossing) const;
};

}  // namespace branchline::runtime
