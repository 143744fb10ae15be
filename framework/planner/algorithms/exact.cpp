#include "framework/planner/algorithms/exact.h"

#include <utility>

#include "framework/base/error.h"
#include "framework/planner/internal/capped_cut.h"
#include "framework/planner/internal/direct_link.h"
#include "framework/planner/internal/exact_cut.h"
#include "framework/planner/plan_cost.h"
#include "framework/planner/transfer.h"

namespace branchline::planner {
namespace {

class ExactPlanner final : public Planner {
 public:
  ExactPlanner(bool three_tiers, std::string name, std::string summary)
      : three_tiers_(three_tiers), name_(std::move(name)), summary_(std::move(summary)) {}

  const std::string& name() const override { return name_; }
  const std::string& summary() const override { return summary_; }
  bool three_tiers() const override { return three_tiers_; }
  bool keeps_caps() const override { return true; }

 private:
  std::optional<Plan> do_plan(const PlanRequest& request, int exit) const override {
    if (has_caps(request)) return internal::capped_cut(request, exit).plan;
    const internal::CutProblem problem = internal::cut_problem(request, exit);
    const std::optional<internal::ExactCut> cut = internal::exact_cut(problem);
    if (!cut) return std::nullopt;
    std::optional<Plan> plan = price_plan(
        request, exit, internal::tiers_by_unit(problem, cut->labels, request.graph.unit_count()));
    BL_EXPECT(plan && (request.direct_link || plan->predicted == internal::clamped_time(cut->cost)),
              "the min-cut and price_plan disagree");
    return request.direct_link ? internal::improve_over_direct_link(request, *plan) : plan;
  }

  bool three_tiers_;
  std::string name_;
  std::string summary_;
};

}  // namespace

std::unique_ptr<Planner> make_exact_two_tier() {
  return std::make_unique<ExactPlanner>(
      false, "exact2", "the optimum on device and edge: one min-cut of the whole graph");
}

std::unique_ptr<Planner> make_exact_three_tier() {
  return std::make_unique<ExactPlanner>(
      true, "exact3", "the optimum on device, edge and cloud: one min-cut of the whole graph");
}

}  // namespace branchline::planner
