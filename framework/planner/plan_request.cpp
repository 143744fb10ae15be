#include "framework/planner/plan_request.h"

#include <string>

#include "framework/base/error.h"

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

}  // namespace

void check_request(const PlanRequest& request) {
  check_link(request.link, "device–edge link");
  if (request.link2) check_link(*request.link2, "edge–cloud link");
  if (request.direct_link) check_link(*request.direct_link, "device–cloud link");
  if (request.direct_link && request.graph.tiers.size() < 3) {
    throw InputError("there is no cloud for the device–cloud link",
                     "graph '" + request.graph.name + "'", "profile it on three tiers");
  }
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

}  // namespace branchline::planner
