#include "framework/planner/algorithms/device_only.h"

#include "framework/planner/internal/placement.h"
#include "framework/planner/plan_cost.h"

namespace branchline::planner {
namespace {

class DeviceOnly final : public Planner {
 public:
  const std::string& name() const override { return name_; }
  const std::string& summary() const override { return summary_; }
  bool three_tiers() const override { return true; }

 private:
  std::optional<Plan> do_plan(const PlanRequest& request, int exit) const override {
    return price_plan(request, exit,
                      internal::placement(request.graph, exit,
                                          [](std::int32_t /*unit*/) { return Tier::device; }));
  }

  const std::string name_ = "device-only";
  const std::string summary_ = "everything on the device; needs no link; O(n)";
};

}  // namespace

std::unique_ptr<Planner> make_device_only() { return std::make_unique<DeviceOnly>(); }

}  // namespace branchline::planner
