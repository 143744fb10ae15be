#include "framework/planner/algorithms/edge_only.h"

#include "framework/planner/internal/placement.h"
#include "framework/planner/plan_cost.h"

namespace branchline::planner {
namespace {

class EdgeOnly final : public Planner {
 public:
  const std::string& name() const override { return name_; }
  const std::string& summary() const override { return summary_; }
  bool three_tiers() const override { return true; }

 private:
  std::optional<Plan> do_plan(const PlanRequest& request, int exit) const override {
    return price_plan(
        request, exit,
        internal::placement(request.graph, exit, [](std::int32_t /*unit*/) { return Tier::edge; }));
  }

  const std::string name_ = "edge-only";
  const std::string summary_ = "the input goes up, everything runs on the edge; O(n + m)";
};

}  // namespace

std::unique_ptr<Planner> make_edge_only() { return std::make_unique<EdgeOnly>(); }

}  // namespace branchline::planner
