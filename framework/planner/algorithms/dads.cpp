#include "framework/planner/algorithms/dads.h"

#include <cstddef>
#include <vector>

#include "framework/planner/algorithms/exact.h"
#include "framework/planner/internal/exact_cut.h"
#include "framework/planner/plan_cost.h"

namespace branchline::planner {
namespace {

using internal::Cost;
using internal::CutProblem;

class Dads final : public Planner {
 public:
  const std::string& name() const override { return name_; }
  const std::string& summary() const override { return summary_; }

 private:
  std::optional<Plan> do_plan(const PlanRequest& request, int exit) const override {
    PlanRequest one_exit = request;
    one_exit.exit = exit;
    return exact_->plan(one_exit);
  }

  const std::unique_ptr<Planner> exact_ = make_exact_two_tier();
  const std::string name_ = "dads";
  const std::string summary_ = "DADS for a light load, corrected: the network of exact2";
};

CutProblem dads_published_problem(const PlanRequest& request, int exit) {
  CutProblem problem = internal::cut_problem(request, exit);
  problem.crossing = {};
  return problem;
}

class DadsAsPublished final : public Planner {
 public:
  const std::string& name() const override { return name_; }
  const std::string& summary() const override { return summary_; }

 private:
  std::optional<Plan> do_plan(const PlanRequest& request, int exit) const override {
    const CutProblem problem = dads_published_problem(request, exit);
    const std::optional<internal::Labels> labels =
        internal::cut_labels(problem, internal::FlowBack::free_of_charge);
    if (!labels) return std::nullopt;
    return price_plan(request, exit,
                      internal::tiers_by_unit(problem, *labels, request.graph.unit_count()));
  }

  /// The value of the cut: what comes back to the device is free.
  Nanoseconds believed_latency(const PlanRequest& request, const Plan& plan) const override {
    const CutProblem problem = dads_published_problem(request, plan.exit);
    const auto tier_of = [&](std::size_t at) {
      return *plan.tier[static_cast<std::size_t>(problem.nodes[at].unit)];
    };
    Cost value = 0;
    std::vector<bool> sent(problem.nodes.size(), false);
    for (std::size_t at = 0; at < problem.nodes.size(); ++at) {
      value += problem.nodes[at].compute[static_cast<std::size_t>(tier_of(at))];
      for (const std::int32_t input : problem.inputs[at]) {
        const auto producer = static_cast<std::size_t>(input);
        const bool sends = tier_of(producer) == Tier::device && tier_of(at) == Tier::edge;
        if (!sends || sent[producer]) continue;
        sent[producer] = true;
        value += problem.nodes[producer].send[0];
      }
    }
    return internal::clamped_time(value);
  }

  const std::string name_ = "dads-as-published";
  const std::string summary_ =
      "DADS's eq. (4) with its defects, for comparison; priced honestly; one min-cut";
};

}  // namespace

std::unique_ptr<Planner> make_dads() { return std::make_unique<Dads>(); }

std::unique_ptr<Planner> make_dads_as_published() { return std::make_unique<DadsAsPublished>(); }

}  // namespace branchline::planner
