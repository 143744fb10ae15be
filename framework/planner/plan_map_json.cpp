#include "framework/planner/plan_map_json.h"

#include <nlohmann/json.hpp>

#include "framework/planner/internal/placement_json.h"

namespace branchline::planner {
namespace {

using nlohmann::ordered_json;

constexpr const char* kPlanMapSchema = "branchline.planmap/1";

ordered_json map_plan_to_json(const MapPlan& plan) {
  ordered_json json = {{"tier", internal::placement_json(plan.tier)},
                       {"device_ns", plan.device_time.count()},
                       {"edge_ns", plan.edge_time.count()},
                       {"uplink_bytes", plan.uplink_bytes},
                       {"remote", plan.remote}};
  internal::add_codecs(json, plan.codecs, plan.accuracy_loss);
  return json;
}

ordered_json envelope_plan_to_json(const EnvelopePlan& plan) {
  ordered_json json = {{"from_bytes_per_s", plan.from_bytes_per_s},
                       {"tier", internal::placement_json(plan.tier)},
                       {"fixed_ns", plan.fixed.count()},
                       {"uplink_bytes", plan.uplink_bytes}};
  internal::add_codecs(json, plan.codecs, plan.accuracy_loss);
  return json;
}

ordered_json exit_maps_to_json(const ExitMaps& maps) {
  ordered_json plans = ordered_json::array(), envelope = ordered_json::array();
  for (const MapPlan& plan : maps.map.plans) plans.push_back(map_plan_to_json(plan));
  for (const EnvelopePlan& plan : maps.envelope.plans) {
    envelope.push_back(envelope_plan_to_json(plan));
  }
  return {{"exit", maps.map.exit + 1},
          {"result_bytes", maps.map.result_bytes},
          {"min_cuts", maps.map.min_cuts + maps.envelope.min_cuts},
          {"plans", plans},
          {"envelope", envelope}};
}

}  // namespace

ExitMaps maps_of_exit(const PlanRequest& request, int exit) {
  return {plan_map(request, exit), bandwidth_envelope(request, exit)};
}

std::string to_json(const std::vector<ExitMaps>& exits, Nanoseconds solver_time) {
  ordered_json json = {{"schema", kPlanMapSchema}, {"exits", ordered_json::array()}};
  for (const ExitMaps& maps : exits) json["exits"].push_back(exit_maps_to_json(maps));
  json["solver_ns"] = solver_time.count();
  return json.dump(2) + '\n';
}

}  // namespace branchline::planner
