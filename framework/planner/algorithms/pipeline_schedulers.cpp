#include "framework/planner/algorithms/pipeline_schedulers.h"

#include <string>
#include <utility>

#include "framework/planner/algorithms/exact.h"
#include "framework/planner/scheduled_plan.h"

namespace branchline::planner {
namespace {

class PipelineScheduler final : public Planner {
 public:
  PipelineScheduler(Scheduler scheduler, std::string name, std::string summary)
      : scheduler_(scheduler), name_(std::move(name)), summary_(std::move(summary)) {}

  const std::string& name() const override { return name_; }
  const std::string& summary() const override { return summary_; }
  bool three_tiers() const override { return true; }

 private:
  std::optional<Plan> do_plan(const PlanRequest& request, int exit) const override {
    PlanRequest of_exit = request;
    of_exit.exit = exit;
    std::optional<Plan> plan = cut_->plan(of_exit);
    if (!plan) return std::nullopt;
    return scheduled(request, *std::move(plan), scheduler_);
  }

  const std::unique_ptr<Planner> cut_ = make_exact_three_tier();
  Scheduler scheduler_;
  std::string name_;
  std::string summary_;
};

}  // namespace

std::unique_ptr<Planner> make_pipeline_paths() {
  return std::make_unique<PipelineScheduler>(
      Scheduler::paths, "pipeline-paths",
      "the exact cut, uploads overlapped: independent paths by Johnson's rule, else id order");
}

std::unique_ptr<Planner> make_pipeline_tree() {
  return std::make_unique<PipelineScheduler>(
      Scheduler::tree, "pipeline-tree",
      "the exact cut, uploads overlapped: best order of out-trees and in-trees, else id order");
}

std::unique_ptr<Planner> make_pipeline_dag() {
  return std::make_unique<PipelineScheduler>(
      Scheduler::dag, "pipeline-dag",
      "the exact cut, uploads overlapped: best order of series-parallel parts, else a good one");
}

}  // namespace branchline::planner
