#include "framework/planner/algorithms/single_tier.h"

#include <string>
#include <utility>

#include "framework/planner/internal/placement.h"
#include "framework/planner/plan_cost.h"

namespace branchline::planner {
namespace {

class SingleTier final : public Planner {
 public:
  SingleTier(Tier tier, std::string summary)
      : tier_(tier), name_(std::string(name_of(tier)) + "-only"), summary_(std::move(summary)) {}

  const std::string& name() const override { return name_; }
  const std::string& summary() const override { return summary_; }
  bool three_tiers() const override { return true; }

 private:
  std::optional<Plan> do_plan(const PlanRequest& request, int exit) const override {
    return price_plan(
        request, exit,
        internal::placement(request.graph, exit, [this](std::int32_t /*unit*/) { return tier_; }));
  }

  const Tier tier_;
  const std::string name_;
  const std::string summary_;
};

}  // namespace

std::unique_ptr<Planner> make_device_only() {
  return std::make_unique<SingleTier>(Tier::device,
                                      "everything on the device; needs no link; O(n)");
}

std::unique_ptr<Planner> make_edge_only() {
  return std::make_unique<SingleTier>(Tier::edge,
                                      "the input goes up, everything runs on the edge; O(n + m)");
}

}  // namespace branchline::planner
