#include "framework/planner/algorithms/throughput.h"

#include <limits>
#include <string>

#include "framework/planner/algorithms/exact.h"
#include "framework/planner/algorithms/single_tier.h"
#include "framework/planner/internal/stage_cut.h"
#include "framework/planner/stage_times.h"

namespace branchline::planner {
namespace {

class Throughput final : public Planner {
 public:
  const std::string& name() const override { return name_; }
  const std::string& summary() const override { return summary_; }

 private:
  std::optional<Plan> do_plan(const PlanRequest& request, int exit) const override {
    return internal::stage_cut(request, exit).plan;
  }

  const std::string name_ = "throughput";
  const std::string summary_ =
      "most frames/s of a stream: least longest stage; optimal on chains and small graphs";
};

}  // namespace

std::unique_ptr<Planner> make_throughput() { return std::make_unique<Throughput>(); }

ThroughputComparison compare_throughput(const PlanRequest& request, int exit) {
  PlanRequest of_exit = request;
  of_exit.exit = exit;
  const auto frames = [&of_exit](const std::optional<Plan>& plan) {
    return plan ? stage_times(of_exit, *plan).frames_per_s() : 0;
  };
  const internal::StageCut cut = internal::stage_cut(of_exit, exit);
  const auto bound = static_cast<double>(cut.bound.count());
  return {frames(cut.plan), frames(make_device_only()->plan(of_exit)),
          frames(make_edge_only()->plan(of_exit)), frames(make_exact_two_tier()->plan(of_exit)),
          bound > 0 ? 1e9 / bound : std::numeric_limits<double>::infinity()};
}

}  // namespace branchline::planner
