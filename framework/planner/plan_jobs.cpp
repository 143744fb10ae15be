#include "framework/planner/plan_jobs.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "framework/base/error.h"
#include "framework/planner/internal/placement.h"
#include "framework/planner/internal/wide_sum.h"
#include "framework/planner/plan_cost.h"
#include "framework/planner/schedule/job_cuts.h"
#include "framework/planner/simulate.h"

namespace branchline::planner {
namespace {

using internal::WideSum;
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
  std::vector<bool> remote;  ///< whether anything leaves the device
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
    cuts.remote.push_back(!units_on(*plan, Tier::edge).empty());
    cuts.plans.push_back(*std::move(plan));
  }
  return cuts;
}

/// A cut vertex's output is the last thing the device computes: each part of a job is one stage.
WideSum last_answer(const PlanRequest& request, const ChainCuts& cuts,
                    const std::vector<std::int32_t>& cut_of) {
  const WideSum round_trip = request.link.round_trip.count();
  const WideSum out = round_trip - round_trip / 2 + request.edge_queue.count();
  const WideSum back = round_trip / 2;
  WideSum computed = 0, sent = 0, served = 0, returned = 0, last = 0;
  for (const std::int32_t cut : cut_of) {
    const Breakdown& parts = cuts.plans[static_cast<std::size_t>(cut)].breakdown;
    const CutChoice& choice = cuts.choices[static_cast<std::size_t>(cut)];
    computed += choice.compute.count();
    last = std::max(last, computed);
    if (!cuts.remote[static_cast<std::size_t>(cut)]) continue;
    sent = std::max(sent, computed) + choice.upload.count();
    served = std::max(served, sent + out) + parts.edge.count() - request.edge_queue.count();
    returned = std::max(returned, served) + parts.downlink.count() - back;
    last = std::max(last, returned + back);
  }
  return last;
}

/// Gives one job another cut while the last answer comes earlier.
void improve_one_by_one(const PlanRequest& request, const ChainCuts& cuts,
                        std::vector<std::int32_t>& cut_of) {
  WideSum least = last_answer(request, cuts, cut_of);
  for (bool improved = true; improved;) {
    improved = false;
    for (std::int32_t& cut : cut_of) {
      for (std::int32_t other = 0; other < static_cast<std::int32_t>(cuts.plans.size()); ++other) {
        const std::int32_t kept = std::exchange(cut, other);
        const WideSum time = last_answer(request, cuts, cut_of);
        if (time < least) {
          least = time;
          improved = true;
        } else {
          cut = kept;
        }
      }
    }
  }
}

/// The cuts of the jobs in the order they run: the schedulers' answers and all alike, improved.
std::vector<std::int32_t> best_cuts(const PlanRequest& request, const ChainCuts& cuts, int jobs) {
  std::vector<std::vector<std::int32_t>> candidates = {
      schedule::exact_job_cuts(cuts.choices, jobs).cut,
      schedule::two_neighbouring_cuts(cuts.choices, jobs).cut};
  for (std::size_t cut = 0; cut < cuts.plans.size(); ++cut) {
    candidates.emplace_back(static_cast<std::size_t>(jobs), static_cast<std::int32_t>(cut));
  }
  for (std::vector<std::int32_t>& candidate : candidates) {
    improve_one_by_one(request, cuts, candidate);
  }
  return *std::min_element(candidates.begin(), candidates.end(), [&](const auto& x, const auto& y) {
    return last_answer(request, cuts, x) < last_answer(request, cuts, y);
  });
}

std::optional<JobsPlan> plan_jobs_of_exit(const PlanRequest& request, int exit, int jobs) {
  const ChainCuts cuts = chain_cuts(request, exit);
  if (cuts.plans.empty()) return std::nullopt;
  JobsPlan plan;
  plan.exit = exit;
  for (const std::int32_t cut : best_cuts(request, cuts, jobs)) {
    plan.plans.push_back(cuts.plans[static_cast<std::size_t>(cut)]);
  }
  plan.makespan =
      simulate_stream(request, plan.plans, Nanoseconds(0), ExecutionMode::overlapped).makespan;
  plan.feasible = !request.deadline || plan.makespan <= *request.deadline;
  return plan;
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
