#include "framework/planner/planner_registry.h"

#include <algorithm>

#include "framework/base/error.h"
#include "framework/planner/algorithms/brute_force.h"
#include "framework/planner/algorithms/dads.h"
#include "framework/planner/algorithms/dads_heavy.h"
#include "framework/planner/algorithms/edgent.h"
#include "framework/planner/algorithms/exact.h"
#include "framework/planner/algorithms/hpa.h"
#include "framework/planner/algorithms/neurosurgeon.h"
#include "framework/planner/algorithms/pipeline.h"
#include "framework/planner/algorithms/pipeline_schedulers.h"
#include "framework/planner/algorithms/qdmp.h"
#include "framework/planner/algorithms/single_tier.h"
#include "framework/planner/algorithms/throughput.h"
#include "framework/planner/plan_map.h"

namespace branchline::planner {

void PlannerRegistry::add(std::unique_ptr<Planner> planner) {
  const auto same_name = [&planner](const std::unique_ptr<Planner>& other) {
    return other->name() == planner->name();
  };
  BL_EXPECT(std::none_of(planners_.begin(), planners_.end(), same_name),
            "two planners are called " + planner->name());
  planners_.push_back(std::move(planner));
}

const Planner* PlannerRegistry::named(const std::string& name) const {
  for (const std::unique_ptr<Planner>& planner : planners_) {
    if (planner->name() == name) return planner.get();
  }
  return nullptr;
}

std::string PlannerRegistry::names() const {
  std::string names;
  for (const std::unique_ptr<Planner>& planner : planners_) {
    names += (names.empty() ? "" : ", ") + planner->name();
  }
  return names;
}

const Planner& PlannerRegistry::find(const std::string& name, const std::string& where) const {
  if (const Planner* planner = named(name)) return *planner;
  throw InputError("there is no algorithm '" + name + "'", where, "choose one of " + names());
}

const Planner* PlannerRegistry::find_unless_map(const std::string& name,
                                                const std::string& where) const {
  if (name == kPlanMapName) return nullptr;
  if (const Planner* planner = named(name)) return planner;
  throw InputError("there is no algorithm '" + name + "'", where,
                   std::string("choose one of ") + kPlanMapName + ", " + names());
}

std::vector<const Planner*> PlannerRegistry::all() const {
  std::vector<const Planner*> planners;
  for (const std::unique_ptr<Planner>& planner : planners_) planners.push_back(planner.get());
  return planners;
}

PlannerRegistry standard_planners() {
  PlannerRegistry registry;
  registry.add(make_device_only());
  registry.add(make_edge_only());
  registry.add(make_neurosurgeon());
  registry.add(make_edgent());
  registry.add(make_edgent_server_first());
  registry.add(make_edgent_as_published());
  registry.add(make_dads());
  registry.add(make_dads_heavy());
  registry.add(make_dads_as_published());
  registry.add(make_qdmp());
  registry.add(make_qdmp_neighbour());
  registry.add(make_hpa());
  registry.add(make_exact_two_tier());
  registry.add(make_exact_three_tier());
  registry.add(make_throughput());
  registry.add(make_pipeline());
  registry.add(make_pipeline_paths());
  registry.add(make_pipeline_tree());
  registry.add(make_pipeline_dag());
  registry.add(make_brute_force());
  return registry;
}

}  // namespace branchline::planner
