#include "framework/planner/planner.h"

#include <string>

#include "framework/base/error.h"
#include "framework/planner/transfer.h"

namespace branchline::planner {
namespace {

void check_tiers(const PlanRequest& request, const Planner& planner) {
  const std::size_t tiers = request.graph.tiers.size();
  const std::string where = "graph '" + request.graph.name + "'";
  if (tiers < 2) {
    throw InputError("it has times for " + std::to_string(tiers) + " tiers", where,
                     "profile it for the device and the edge");
  }
  if (tiers > 2 && !planner.three_tiers()) {
    throw InputError("it has three tiers; '" + planner.name() + "' places units on two", where,
                     "choose an algorithm that takes three, such as brute");
  }
  if (tiers > 2 && !request.link2) {
    throw InputError("it has three tiers, but the edge–cloud link is not given", where,
                     "give its uplink, downlink and round trip");
  }
  for (const graph::Unit& unit : request.graph.units) {
    if (unit.time.size() != tiers) {
      throw InputError("unit " + std::to_string(unit.id) + " has " +
                           std::to_string(unit.time.size()) + " times for " +
                           std::to_string(tiers) + " tiers",
                       where, "profile it on every tier");
    }
  }
}

void check_caps(const PlanRequest& request, const Planner& planner) {
  if (!has_caps(request)) return;
  if (!planner.keeps_caps()) {
    throw InputError("'" + planner.name() + "' keeps no cap on accuracy loss or uplink bytes",
                     "plan request", "choose an algorithm that does, such as exact2");
  }
  if (request.direct_link) {
    throw InputError("a cap on accuracy loss or uplink bytes beside a direct device–cloud link",
                     "plan request", "leave out one of them");
  }
}

}  // namespace

std::optional<Plan> Planner::plan(const PlanRequest& request) const {
  check_tiers(request, *this);
  check_caps(request, *this);
  check_request(request);
  if (request.exit) return do_plan(request, *request.exit);
  std::optional<Plan> fastest;
  Nanoseconds fastest_believed = Nanoseconds::max();
  for (int exit = request.graph.exit_count() - 1; exit >= 0; --exit) {
    std::optional<Plan> plan = do_plan(request, exit);
    if (!plan) continue;
    const Nanoseconds believed = believed_latency(request, *plan);
    if (!request.deadline || believed <= *request.deadline) return plan;
    if (!fastest || believed < fastest_believed) {
      fastest_believed = believed;
      fastest = std::move(plan);
    }
  }
  return fastest;
}

Nanoseconds Planner::believed_latency(const PlanRequest& /*request*/, const Plan& plan) const {
  return plan.predicted;
}

}  // namespace branchline::planner
