#include "framework/planner/plan_json.h"

#include <nlohmann/json.hpp>

#include "framework/planner/internal/placement_json.h"

namespace branchline::planner {
namespace {

using nlohmann::ordered_json;

constexpr const char* kPlanSchema = "branchline.plan/1";
constexpr const char* kJobsSchema = "branchline.jobs/1";

ordered_json breakdown_to_json(const Breakdown& breakdown, bool three_tiers,
                               bool uses_direct_link) {
  ordered_json json = {{"device", breakdown.device.count()},
                       {"uplink", breakdown.uplink.count()},
                       {"edge", breakdown.edge.count()},
                       {"downlink", breakdown.downlink.count()}};
  if (three_tiers) {
    json["uplink2"] = breakdown.uplink2.count();
    json["cloud"] = breakdown.cloud.count();
    json["downlink2"] = breakdown.downlink2.count();
  }
  if (uses_direct_link) {
    json["direct_uplink"] = breakdown.direct_uplink.count();
    json["direct_downlink"] = breakdown.direct_downlink.count();
  }
  return json;
}

ordered_json plan_fields(const Plan& plan, bool three_tiers) {
  ordered_json json = {{"exit", plan.exit + 1}, {"tier", internal::placement_json(plan.tier)}};
  internal::add_codecs(json, plan.codecs, plan.accuracy_loss);
  json["predicted_ns"] = plan.predicted.count();
  json["uplink_bytes"] = plan.uplink_bytes;
  json["downlink_bytes"] = plan.downlink_bytes;
  if (three_tiers) {
    json["uplink2_bytes"] = plan.uplink2_bytes;
    json["downlink2_bytes"] = plan.downlink2_bytes;
  }
  const bool uses_direct_link =
      plan.breakdown.direct_uplink.count() > 0 || plan.breakdown.direct_downlink.count() > 0;
  if (uses_direct_link) {
    json["direct_uplink_bytes"] = plan.direct_uplink_bytes;
    json["direct_downlink_bytes"] = plan.direct_downlink_bytes;
  }
  json["breakdown_ns"] = breakdown_to_json(plan.breakdown, three_tiers, uses_direct_link);
  if (!plan.order.empty()) json["order"] = plan.order;
  json["feasible"] = plan.feasible;
  return json;
}

}  // namespace

std::string to_json(const Plan& plan, Nanoseconds solver_time, bool three_tiers) {
  ordered_json json = {{"schema", kPlanSchema}};
  json.update(plan_fields(plan, three_tiers));
  json["solver_ns"] = solver_time.count();
  return json.dump(2) + '\n';
}

std::string to_json(const JobsPlan& plan, Nanoseconds solver_time) {
  ordered_json jobs = ordered_json::array();
  for (const Plan& job : plan.plans) jobs.push_back(plan_fields(job, false));
  const ordered_json json = {{"schema", kJobsSchema},     {"exit", plan.exit + 1},
                             {"jobs", std::move(jobs)},   {"makespan_ns", plan.makespan.count()},
                             {"feasible", plan.feasible}, {"solver_ns", solver_time.count()}};
  return json.dump(2) + '\n';
}

}  // namespace branchline::planner
