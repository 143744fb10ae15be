/// Graphs of 10^5 units through every planner that claims to be near-linear: none recurses once per
/// unit or compares every unit with every other. A planner that did would not end in the time that
/// a test has; nothing here reads a clock.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "framework/planner/planner_registry.h"
#include "tests/support/random_requests.h"

namespace branchline::planner {
namespace {

using testing::request_for;

constexpr std::int32_t kHundredThousand = 100'000;

/// Not near-linear, and say so: brute enumerates placements; dads-heavy takes some sixty min-cuts;
/// pipeline and its schedulers simulate many orders of many cuts (up to 10^4 units, below).
const std::set<std::string> kSuperlinear = {"brute",        "dads-heavy",    "pipeline",
                                            "pipeline-dag", "pipeline-tree", "pipeline-paths",
                                            "throughput"};

/// Times that favour the edge and outputs that vary, so that a cut in the middle pays.
graph::Unit large_unit(std::mt19937& random, std::int32_t id) {
  const auto up_to = [&random](std::int64_t limit) {
    return std::uniform_int_distribution<std::int64_t>(1, limit)(random);
  };
  graph::Unit unit;
  unit.id = id;
  unit.name = "unit" + std::to_string(id);
  unit.output_bytes = up_to(1'000'000);
  const std::int64_t device = id == 0 ? 0 : up_to(100);
  unit.time = {Nanoseconds(device), Nanoseconds(device / 10)};
  return unit;
}

/// One unit after the other.
void read_chain(graph::Unit& unit, std::int32_t /*units*/) { unit.inputs = {{unit.id - 1, 0}}; }

/// Three units and a connection past them, again and again.
void read_residual(graph::Unit& unit, std::int32_t units) {
  read_chain(unit, units);
  if (unit.id % 4 == 0) unit.inputs.push_back({unit.id - 4, 0});
}

/// All read the input, the last reads all.
void read_wide(graph::Unit& unit, std::int32_t units) {
  unit.inputs = {{0, 0}};
  const bool last = unit.id + 1 == units;
  for (std::int32_t id = 1; last && id < unit.id; ++id) unit.inputs.push_back({id, 0});
}

struct LargeShape {
  const char* name;
  void (*read)(graph::Unit&, std::int32_t units);
};

graph::LayerGraph large_graph(const LargeShape& shape, std::int32_t units) {
  std::mt19937 random(1);
  graph::LayerGraph graph = testing::two_tier_graph(shape.name);
  for (std::int32_t id = 0; id < units; ++id) {
    graph.units.push_back(large_unit(random, id));
    if (id > 0) shape.read(graph.units.back(), units);
  }
  testing::add_exit(graph, units - 1, 0.9);
  return graph;
}

constexpr LargeShape kChain{"chain", read_chain}, kResidual{"residual", read_residual},
    kWide{"wide", read_wide};

/// Links from on which nothing leaves to on which everything does.
constexpr double kGoodputs[] = {1e9, 3e11, 1e14};

class NearLinearPlanner : public ::testing::TestWithParam<std::string> {
 protected:
  const Planner& planner() const { return registry_.find(GetParam()); }
  PlannerRegistry registry_ = standard_planners();
};

std::vector<std::string> near_linear_planners() {
  std::vector<std::string> names;
  const PlannerRegistry registry = standard_planners();
  for (const Planner* planner : registry.all()) {
    if (kSuperlinear.count(planner->name()) == 0) names.push_back(planner->name());
  }
  return names;
}

INSTANTIATE_TEST_SUITE_P(Registry, NearLinearPlanner, ::testing::ValuesIn(near_linear_planners()),
                         [](const ::testing::TestParamInfo<std::string>& instance) {
                           std::string name = instance.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST_P(NearLinearPlanner, PlansAHundredThousandUnits) {
  for (const LargeShape& shape : {kChain, kResidual, kWide}) {
    SCOPED_TRACE(shape.name);
    const graph::LayerGraph graph = large_graph(shape, kHundredThousand);
    for (const double goodput : kGoodputs) {
      SCOPED_TRACE(goodput);
      EXPECT_TRUE(planner().plan(request_for(graph, {goodput, goodput, Nanoseconds(100)})));
    }
  }
}

/// The overlapped schedulers at a tenth of that.
TEST(LargeGraphs, PipelineSchedulersPlanTenThousandUnits) {
  const PlannerRegistry planners = standard_planners();
  for (const char* name : {"pipeline-dag", "pipeline-tree"}) {
    SCOPED_TRACE(name);
    for (const LargeShape& shape : {kChain, kResidual, kWide}) {
      SCOPED_TRACE(shape.name);
      const graph::LayerGraph graph = large_graph(shape, kHundredThousand / 10);
      const PlanRequest request = request_for(graph, {3e11, 3e11, Nanoseconds(100)});
      EXPECT_TRUE(planners.find(name).plan(request));
    }
  }
}

}  // namespace
}  // namespace branchline::planner
