/// T3.4: every latency that a planner claims is what the event simulation of its plan takes.
#include <gtest/gtest.h>

#include "framework/planner/planner_registry.h"
#include "framework/planner/simulate.h"
#include "tests/support/random_requests.h"

namespace branchline::planner {
namespace {

using testing::RandomRequest;

/// How many plans were compared, and how many of them use a remote tier.
struct Compared {
  int plans = 0, remote = 0;
};

Compared compare_with_simulation(const std::string& name, int tiers, int most_units,
                                 RandomRequest::Kind kind, std::uint32_t seeds) {
  const PlannerRegistry planners = standard_planners();
  const Planner& planner = planners.find(name);
  Compared compared;
  for (std::uint32_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    const RandomRequest random(seed, tiers, most_units, kind);
    const std::optional<Plan> plan = planner.plan(random.request);
    if (!plan) continue;
    const Simulation simulation = simulate(random.request, *plan, ExecutionMode::sequential);
    EXPECT_EQ(simulation.latency, std::vector<Nanoseconds>{plan->predicted});
    ++compared.plans;
    compared.remote +=
        simulation.busy[static_cast<std::size_t>(Resource::edge)].count() > 0 ||
                simulation.busy[static_cast<std::size_t>(Resource::cloud)].count() > 0
            ? 1
            : 0;
  }
  return compared;
}

class SequentialPlanner : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(T34, SequentialPlanner,
                         ::testing::Values("qdmp", "exact2", "exact3", "hpa", "dads"));

TEST_P(SequentialPlanner, ClaimsWhatTheSimulationTakesOnTwoTiers) {
  const Compared dags = compare_with_simulation(GetParam(), 2, 15, RandomRequest::kAnyDag, 3000);
  EXPECT_GT(dags.plans, 2000);
  EXPECT_GT(dags.remote, 800) << "else the comparison says little";
  const Compared blocks = compare_with_simulation(GetParam(), 2, 60, RandomRequest::kBlocks, 4000);
  EXPECT_GT(blocks.remote, 800);
}

TEST_P(SequentialPlanner, ClaimsWhatTheSimulationTakesOnThreeTiers) {
  if (!standard_planners().find(GetParam()).three_tiers()) return;
  const Compared dags = compare_with_simulation(GetParam(), 3, 15, RandomRequest::kAnyDag, 3000);
  EXPECT_GT(dags.plans, 2000);
  EXPECT_GT(dags.remote, 800);
}

}  // namespace
}  // namespace branchline::planner
