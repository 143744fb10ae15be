#include "framework/planner/planner.h"

#include <string>

#include "framework/base/error.h"
#include "framework/planner/transfer.h"

namespace branchline::planner {
namespace {

void check_link(const LinkSpeed& link, const std::string& name) {
  const auto check_goodput = [&name](double bytes_per_s, const char* direction) {
    if (!(bytes_per_s > 0)) {
      throw InputError(
          std::string(direction) + " goodput " + std::to_string(bytes_per_s) + " bytes/s", name,
          "give a goodput above 0");
    }
  };
  check_goodput(link.uplink_bytes_per_s, "uplink");
  check_goodput(link.downlink_bytes_per_s, "downlink");
  if (link.round_trip.count() < 0) {
    throw InputError("negative round trip", name, "give 0 or more");
  }
}

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
  const bool loss_is_share = !request.max_accuracy_loss ||
                             (*request.max_accuracy_loss >= 0 && *request.max_accuracy_loss <= 1);
  if (!loss_is_share) {
    throw InputError("accuracy loss of at most " + std::to_string(*request.max_accuracy_loss),
                     "plan request", "give 0 to 1");
  }
  if (request.max_uplink_bytes && *request.max_uplink_bytes < 0) {
    throw InputError("negative cap on uplink bytes", "plan request", "give 0 or more");
  }
}

void check_request(const PlanRequest& request, const Planner& planner) {
  check_tiers(request, planner);
  check_caps(request, planner);
  check_link(request.link, "device–edge link");
  if (request.link2) check_link(*request.link2, "edge–cloud link");
  if (request.exit && (*request.exit < 0 || *request.exit >= request.graph.exit_count())) {
    throw InputError("there is no exit " + std::to_string(*request.exit + 1),
                     "graph '" + request.graph.name + "'",
                     "its exits are 1 to " + std::to_string(request.graph.exit_count()));
  }
  if (request.result_bytes && *request.result_bytes < 0) {
    throw InputError("negative result size", "plan request", "give 0 or more bytes");
  }
  if (request.edge_queue.count() < 0) {
    throw InputError("negative queueing time", "plan request", "give 0 or more");
  }
}

}  // namespace

std::optional<Plan> Planner::plan(const PlanRequest& request) const {
  check_request(request, *this);
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
