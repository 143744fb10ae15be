#include "framework/planner/planner_registry.h"

#include <gmock/gmock.h>

#include "framework/base/error.h"
#include "framework/planner/algorithms/single_tier.h"

namespace branchline::planner {
namespace {

TEST(PlannerRegistry, ListsTheAlgorithmsInOrder) {
  std::vector<std::string> names;
  const PlannerRegistry registry = standard_planners();
  for (const Planner* planner : registry.all()) {
    names.push_back(planner->name());
    EXPECT_FALSE(planner->summary().empty()) << planner->name();
  }
  EXPECT_EQ(names, (std::vector<std::string>{"device-only",
                                             "edge-only",
                                             "neurosurgeon",
                                             "edgent",
                                             "edgent-server-first",
                                             "edgent-as-published",
                                             "dads",
                                             "dads-heavy",
                                             "dads-as-published",
                                             "qdmp",
                                             "qdmp-neighbour",
                                             "hpa",
                                             "exact2",
                                             "exact3",
                                             "throughput",
                                             "pipeline",
                                             "pipeline-paths",
                                             "pipeline-tree",
                                             "pipeline-dag",
                                             "brute"}));
}

TEST(PlannerRegistry, FindsByName) {
  const PlannerRegistry registry = standard_planners();
  EXPECT_EQ(registry.find("edgent").name(), "edgent");
}

TEST(PlannerRegistry, AnUnknownNameListsTheKnownOnes) {
  const PlannerRegistry registry = standard_planners();
  try {
    registry.find("magic");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("'magic'"));
    EXPECT_THAT(error.what(), ::testing::HasSubstr("device-only, edge-only, neurosurgeon"));
  }
}

TEST(PlannerRegistry, AnEngineMayLookPlansUpInMaps) {
  const PlannerRegistry registry = standard_planners();
  EXPECT_EQ(registry.find_unless_map("plan-map", "--planner"), nullptr);
  EXPECT_EQ(registry.find_unless_map("edgent", "--planner"), &registry.find("edgent"));
  try {
    registry.find_unless_map("magic", "--planner");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("--planner"));
    EXPECT_THAT(error.what(), ::testing::HasSubstr("plan-map, device-only"));
  }
}

TEST(PlannerRegistry, RefusesTwoOfOneName) {
  PlannerRegistry registry;
  registry.add(make_device_only());
  EXPECT_THROW(registry.add(make_device_only()), std::logic_error);
}

}  // namespace
}  // namespace branchline::planner
