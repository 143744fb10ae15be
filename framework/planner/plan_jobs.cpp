#include "framework/planner/plan_jobs.h"

#include <cstddef>
#include <utility>

#include "framework/base/error.h"
#include "framework/planner/internal/placement.h"
#include "framework/planner/plan_cost.h"
#include "framework/planner/schedule/job_cuts.h"
#include "framework/planner/simulate.h"

namespace branchline::planner {
namespace {

using schedule::CutChoice;

void check_jobs_request(const PlanRequest& request, int jobs) {
  const std::string where = "graph '" + request.graph.name + "'";
  if (request.graph.tiers.size() != 2) {
    throw InputError("several jobs are planned on two tiers; it has times for " +
                         std::to_string(request.graph.tiers.size()),
                     where, "profile it for the device and the edge");
  }
  if (jobs < 1) {
    throw InputError(std::to_string(jobs) + " jobs", "plan request", "give 1 or more");
  }
  check_request(request);
}

/// The exit's cuts behind its cut vertices that can run, with f and g.
struct ChainCuts {
  std::vector<Plan> plans;
  std::vector<CutChoice> choices;
};

ChainCuts chain_cuts(const PlanRequest& request, int exit) {
  ChainCuts cuts;
  for (const std::int32_t vertex : graph::cut_vertices(request.graph, exit)) {
    std::optional<Plan> plan =
        price_plan(request, exit, internal::placement(request.graph, exit, [vertex](auto unit) {
                     return unit <= vertex ? Tier::device : Tier::edge;
                   }));
    if (!plan) continue;
    cuts.choices.push_back({plan->breakdown.device,
                            transfer_time(plan->uplink_bytes, request.link.uplink_bytes_per_s)});
    cuts.plans.push_back(*std::move(plan));
  }
  return cuts;
}

/// The cuts of the jobs, in the order they run, worth a simulation.
std::vector<std::vector<std::int32_t>> cut_candidates(const ChainCuts& cuts, int jobs) {
  std::vector<std::vector<std::int32_t>> candidates = {
      schedule::exact_job_cuts(cuts.choices, jobs).cut,
      schedule::two_neighbouring_cuts(cuts.choices, jobs).cut};
  for (std::size_t cut = 0; cut < cuts.plans.size(); ++cut) {
    candidates.emplace_back(static_cast<std::size_t>(jobs), static_cast<std::int32_t>(cut));
  }
  return candidates;
}

std::optional<JobsPlan> plan_jobs_of_exit(const PlanRequest& request, int exit, int jobs) {
  const ChainCuts cuts = chain_cuts(request, exit);
  if (cuts.plans.empty()) return std::nullopt;
  std::optional<JobsPlan> best;
  for (const std::vector<std::int32_t>& candidate : cut_candidates(cuts, jobs)) {
    JobsPlan plan;
    plan.exit = exit;
    for (const std::int32_t cut : candidate) {
      plan.plans.push_back(cuts.plans[static_cast<std::size_t>(cut)]);
    }
    plan.makespan =
        simulate_stream(request, plan.plans, Nanoseconds(0), ExecutionMode::overlapped).makespan;
    plan.feasible = !request.deadline || plan.makespan <= *request.deadline;
    if (!best || plan.makespan < best->makespan) best = std::move(plan);
  }
  return best;
}

}  // namespace

std::optional<JobsPlan> plan_jobs(const PlanRequest& request, int jobs) {
  check_jobs_request(request, jobs);
  if (request.exit) return plan_jobs_of_exit(request, *request.exit, jobs);
  std::optional<JobsPlan> fastest;
  for (int exit = request.graph.exit_count() - 1; exit >= 0; --exit) {
    std::optional<JobsPlan> plan = plan_jobs_of_exit(request, exit, jobs);
    if (!plan) continue;
    if (plan->feasible) return plan;
    if (!fastest || plan->makespan < fastest->makespan) fastest = std::move(plan);
  }
  return fastest;
}

}  // namespace branchline::planner
