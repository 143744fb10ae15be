/// What every planner of the registry must do, whatever it minimises.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "framework/planner/algorithms/brute_force.h"
#include "framework/planner/planner_registry.h"
#include "framework/planner/simulate.h"
#include "tests/support/common_graphs.h"
#include "tests/support/plan_requests.h"
#include "tests/support/reference_price.h"

namespace branchline::planner {
namespace {

using testing::request_for;
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

/// Planners that choose nothing: the rules about optima do not concern them.
const std::set<std::string> kFixedPlacement = {"device-only", "edge-only"};
/// Planners whose data may flow back to the device: brute does not search their placements.
const std::set<std::string> kOtherDirection = {"edgent-server-first", "edgent-as-published",
                                               "dads-as-published"};
/// Planners that minimise something else than latency: what is said of latencies does not hold.
const std::set<std::string> kOtherObjective = {"dads-heavy"};
/// Planners whose cost model is wrong: their plans may miss a deadline that they promise.
const std::set<std::string> kPublishedFormula = {"edgent-as-published", "dads-as-published"};

class EveryPlanner : public ::testing::TestWithParam<std::string> {
 protected:
  const Planner& planner() const { return registry_.find(GetParam()); }
  bool chooses() const { return kFixedPlacement.count(GetParam()) == 0; }
  bool least_latency() const { return chooses() && kOtherObjective.count(GetParam()) == 0; }

  /// The plan is complete, and its numbers are those of an independent account.
  static void expect_sound(const PlanRequest& request, const std::optional<Plan>& plan) {
    if (!plan) return;
    const std::vector<bool> needed = graph::units_of_exit(request.graph, plan->exit);
    ASSERT_EQ(plan->tier.size(), needed.size());
    for (std::size_t id = 0; id < needed.size(); ++id) {
      EXPECT_EQ(plan->tier[id].has_value(), needed[id]) << "unit " << id;
    }
    EXPECT_EQ(plan->tier[0], Tier::device);
    const auto reference = testing::reference_price(request, plan->exit, plan->tier);
    ASSERT_TRUE(reference) << "the plan cannot run";
    if (plan->order.empty()) {
      EXPECT_EQ(plan->predicted.count(), reference->predicted_ns);
    } else {
      expect_sound_order(request, *plan, reference->predicted_ns);
    }
    EXPECT_EQ(plan->uplink_bytes, reference->uplink_bytes);
    EXPECT_EQ(plan->downlink_bytes, reference->downlink_bytes);
  }

  /// An order is a linear extension, and its prediction that of the overlapped simulation.
  static void expect_sound_order(const PlanRequest& request, const Plan& plan,
                                 std::int64_t without_overlap_ns) {
    EXPECT_LE(plan.predicted.count(), without_overlap_ns);
    EXPECT_EQ(plan.predicted, simulate(request, plan, ExecutionMode::overlapped).makespan);
    std::vector<bool> ran(plan.tier.size(), false);
    for (const std::int32_t unit : plan.order) {
      EXPECT_FALSE(ran[static_cast<std::size_t>(unit)]) << "unit " << unit << " runs twice";
      for (const graph::ValueId& input :
           request.graph.units[static_cast<std::size_t>(unit)].inputs) {
        EXPECT_TRUE(ran[static_cast<std::size_t>(input.unit)]) << "unit " << unit << " too early";
      }
      ran[static_cast<std::size_t>(unit)] = true;
    }
    for (std::size_t id = 0; id < ran.size(); ++id) EXPECT_EQ(ran[id], plan.tier[id].has_value());
  }

  PlannerRegistry registry_ = standard_planners();
};

INSTANTIATE_TEST_SUITE_P(Registry, EveryPlanner, ::testing::ValuesIn([] {
                           std::vector<std::string> names;
                           const PlannerRegistry registry = standard_planners();
                           for (const Planner* planner : registry.all()) {
                             names.push_back(planner->name());
                           }
                           return names;
                         }()),
                         [](const ::testing::TestParamInfo<std::string>& instance) {
                           std::string name = instance.param;
                           for (char& letter : name) letter = letter == '-' ? '_' : letter;
                           return name;
                         });

TEST_P(EveryPlanner, PlansAnExitThatIsTheInput) {
  const graph::LayerGraph graph = testing::single_unit();
  const std::optional<Plan> plan = planner().plan(request_for(graph));
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->predicted, Nanoseconds(0));
  EXPECT_EQ(units_on(*plan, Tier::device), (UnitRanges{{0, 0}}));
}

TEST_P(EveryPlanner, PricesTheCommonGraphsSoundly) {
  for (const graph::LayerGraph& graph :
       {testing::narrow_chain(), testing::diamond(), testing::branchy_chain(),
        testing::residual_block(), testing::dads_counterexample()}) {
    for (int exit = 0; exit < graph.exit_count(); ++exit) {
      PlanRequest request = request_for(graph, {1e9, 2e9, Nanoseconds(50)});
      request.exit = exit;
      const std::optional<Plan> plan = planner().plan(request);
      ASSERT_TRUE(plan) << graph.name;
      EXPECT_EQ(plan->exit, exit);
      expect_sound(request, plan);
    }
  }
}

TEST_P(EveryPlanner, IsSoundAndDeterministicOnRandomGraphs) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    testing::RandomShape shape;
    shape.units = 2 + static_cast<int>(seed % 8);
    shape.exits = 2;
    const graph::LayerGraph graph = testing::random_dag(seed, shape);
    PlanRequest request = request_for(graph, testing::random_link(random));
    request.deadline = Nanoseconds(1500);
    const std::optional<Plan> plan = planner().plan(request);
    expect_sound(request, plan);
    EXPECT_EQ(planner().plan(request), plan);
  }
}

TEST_P(EveryPlanner, IsNeverBetterThanTheOptimum) {
  if (kOtherDirection.count(GetParam()) > 0) return;
  const std::unique_ptr<Planner> brute = make_brute_force();
  for (std::uint32_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    testing::RandomShape shape;
    shape.units = 2 + static_cast<int>(seed % 9);
    const graph::LayerGraph graph = testing::random_dag(seed, shape);
    const PlanRequest request = request_for(graph, testing::random_link(random));
    std::optional<Plan> plan = planner().plan(request);
    const std::optional<Plan> best = brute->plan(request);
    if (!plan) continue;
    if (!plan->order.empty())
      plan = price_plan(request, plan->exit, plan->tier);  // brute overlaps nothing
    ASSERT_TRUE(best) << "a plan where no placement can run";
    EXPECT_FALSE(better(*plan, *best));
  }
}

TEST_P(EveryPlanner, NeverUsesATierThatCannotRunTheUnit) {
  graph::LayerGraph graph = testing::narrow_chain();
  for (graph::Unit& unit : graph.units) unit.time[1] = std::nullopt;
  const std::optional<Plan> at_home = planner().plan(request_for(graph));
  EXPECT_EQ(at_home.has_value(), GetParam() != "edge-only");
  if (at_home) {
    EXPECT_EQ(units_on(*at_home, Tier::edge), UnitRanges{});
  }
  graph = testing::narrow_chain();
  graph.units[3].time[0] = std::nullopt;
  const std::optional<Plan> away = planner().plan(request_for(graph));
  EXPECT_EQ(away.has_value(), GetParam() != "device-only");
  if (away) {
    EXPECT_EQ(away->tier[3], Tier::edge);
  }
  graph.units[3].time[1] = std::nullopt;
  EXPECT_FALSE(planner().plan(request_for(graph))) << "unit 3 runs nowhere";
}

TEST_P(EveryPlanner, NeverSendsAValueThatCannotTravel) {
  graph::LayerGraph graph = testing::narrow_chain();
  graph.units[0].transmissible = false;
  graph.units[2].transmissible = false;
  const std::optional<Plan> plan = planner().plan(request_for(graph));
  EXPECT_EQ(plan.has_value(), GetParam() != "edge-only");
  if (plan) {
    EXPECT_EQ(plan->tier[1], Tier::device);
    EXPECT_EQ(plan->tier[2], plan->tier[3]);
  }
}

TEST_P(EveryPlanner, StaysAtHomeWhenTheLinkIsAllButDead) {
  const graph::LayerGraph graph = testing::branchy_chain();
  PlanRequest request = request_for(graph, {1e-9, 1e-9, Nanoseconds(0)});
  request.deadline = Nanoseconds(5000);
  const std::optional<Plan> plan = planner().plan(request);
  ASSERT_TRUE(plan);
  if (!chooses()) return;
  EXPECT_EQ(units_on(*plan, Tier::edge), UnitRanges{});
  EXPECT_EQ(plan->exit, 1);
  EXPECT_EQ(plan->predicted, Nanoseconds(4100));
}

TEST_P(EveryPlanner, BreaksTiesTowardsTheDevice) {
  if (!chooses()) return;
  graph::LayerGraph graph = testing::residual_block();
  for (graph::Unit& unit : graph.units) {
    unit.time = {Nanoseconds(0), Nanoseconds(0)};
    unit.output_bytes = 0;
  }
  const std::optional<Plan> plan = planner().plan(request_for(graph));
  ASSERT_TRUE(plan);
  EXPECT_EQ(units_on(*plan, Tier::edge), UnitRanges{});
}

TEST_P(EveryPlanner, SurvivesHugeValues) {
  graph::LayerGraph graph = testing::branchy_chain();
  for (graph::Unit& unit : graph.units) {
    unit.output_bytes = kMost;
    if (unit.id > 0) unit.time = {Nanoseconds(kMost), Nanoseconds(kMost)};
  }
  PlanRequest request = request_for(graph, {1.0, 1.0, Nanoseconds(kMost)});
  request.edge_queue = Nanoseconds(kMost);
  request.deadline = Nanoseconds(kMost - 1);
  const std::optional<Plan> plan = planner().plan(request);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->predicted, Nanoseconds(kMost));
  EXPECT_FALSE(plan->feasible);
  if (least_latency()) {
    EXPECT_EQ(units_on(*plan, Tier::edge), UnitRanges{}) << "saturated costs are equal";
  }
}

// T2.2, for every planner: a faster link or a later deadline never costs depth.
TEST_P(EveryPlanner, NeverLosesDepthWhenLinkOrDeadlineImproves) {
  if (kOtherObjective.count(GetParam()) > 0) return;
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    testing::RandomShape shape;
    shape.units = 9;
    shape.exits = 4;
    shape.unreachable = false;
    shape.chain = seed % 2 == 0;
    const graph::LayerGraph graph = testing::random_dag(seed, shape);
    for (const bool faster_link : {true, false}) {
      int deepest = -1;
      for (int step = 0; step < 12; ++step) {
        const double goodput = 1e8 * std::pow(2.0, faster_link ? step : 6);
        PlanRequest request = request_for(graph, {goodput, goodput, Nanoseconds(20)});
        request.deadline = Nanoseconds(faster_link ? 2500 : 500 * step);
        const std::optional<Plan> plan = planner().plan(request);
        ASSERT_TRUE(plan);
        // The published formula may promise what the plan cannot keep; its own choice is monotone.
        const bool promised =
            plan->feasible || (kPublishedFormula.count(GetParam()) > 0 && deepest >= 0);
        if (!promised) continue;
        EXPECT_GE(plan->exit, deepest) << "step " << step << (faster_link ? " link" : " deadline");
        deepest = plan->exit;
      }
    }
  }
}

TEST_P(EveryPlanner, TakesThreeTiersOrSaysThatItDoesNot) {
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    testing::RandomShape shape;
    shape.tiers = 3;
    shape.units = 2 + static_cast<int>(seed % 5);
    const graph::LayerGraph graph = testing::random_dag(seed, shape);
    PlanRequest request = request_for(graph, testing::random_link(random));
    request.link2 = testing::random_link(random);
    if (!planner().three_tiers()) {
      EXPECT_THROW(planner().plan(request), std::runtime_error);
      continue;
    }
    expect_sound(request, planner().plan(request));
  }
}

}  // namespace
}  // namespace branchline::planner
