#include "apps/branchline/verbs/plan_jobs_text.h"

#include <algorithm>
#include <sstream>

#include "apps/branchline/flags.h"

namespace branchline::apps {
namespace {

using planner::Plan;

void add_group(std::ostringstream& text, const Plan& plan, std::ptrdiff_t jobs) {
  text << "  " << padded(std::to_string(jobs), 6)
       << padded(show_duration(plan.breakdown.device), 10)
       << padded(show_duration(plan.breakdown.uplink), 10)
       << padded(show_duration(plan.breakdown.edge), 10)
       << padded(show_bytes(plan.uplink_bytes), 10)
       << padded(to_string(planner::units_on(plan, Tier::device)), 16)
       << to_string(planner::units_on(plan, Tier::edge)) << '\n';
}

}  // namespace

std::string plan_jobs_text(const planner::PlanRequest& request, const planner::JobsPlan& jobs,
                           planner::Nanoseconds solver_time) {
  std::ostringstream text;
  text << "exit " << jobs.exit + 1 << " of " << request.graph.exit_count() << ", "
       << jobs.plans.size() << " jobs, the last answer after " << show_duration(jobs.makespan);
  if (request.deadline) {
    text << (jobs.feasible ? ", meets" : ", MISSES") << " the deadline of "
         << show_duration(*request.deadline);
  }
  text << "\n  " << padded("jobs", 6) << padded("device", 10) << padded("uplink", 10)
       << padded("edge", 10) << padded("bytes up", 10) << padded("on the device", 16)
       << "on the edge\n";
  for (auto first = jobs.plans.begin(); first != jobs.plans.end();) {
    const auto end = std::find_if(first, jobs.plans.end(),
                                  [&](const Plan& plan) { return plan.tier != first->tier; });
    add_group(text, *first, end - first);
    first = end;
  }
  text << "solved in " << show_duration(solver_time) << '\n';
  return text.str();
}

}  // namespace branchline::apps
