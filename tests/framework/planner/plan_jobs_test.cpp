#include "framework/planner/plan_jobs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <iostream>

#include "framework/planner/algorithms/edgent.h"
#include "framework/planner/plan_cost.h"
#include "framework/planner/schedule/job_cuts.h"
#include "framework/planner/simulate.h"
#include "tests/support/common_graphs.h"
#include "tests/support/plan_requests.h"

namespace branchline::planner {
namespace {

using testing::ns;
using testing::request_for;

/// Least makespan over every cut of every job, in every order of cuts, simulated.
std::optional<Nanoseconds> best_of_all_cuts(const PlanRequest& request, int exit, int jobs) {
  std::vector<Plan> cuts;
  for (const std::int32_t vertex : graph::cut_vertices(request.graph, exit)) {
    const auto plan =
        price_plan(request, exit, testing::place(request.graph, exit, [&](std::int32_t unit) {
                     return unit <= vertex ? Tier::device : Tier::edge;
                   }));
    if (plan) cuts.push_back(*plan);
  }
  std::optional<Nanoseconds> best;
  std::vector<Plan> chosen;
  const std::function<void()> choose = [&] {
    if (static_cast<int>(chosen.size()) == jobs) {
      const Nanoseconds time =
          simulate_stream(request, chosen, ns(0), ExecutionMode::overlapped).makespan;
      best = best ? std::min(*best, time) : time;
      return;
    }
    for (const Plan& cut : cuts) {
      chosen.push_back(cut);
      choose();
      chosen.pop_back();
    }
  };
  choose();
  return best;
}

LinkSpeed jobs_link(std::mt19937& random) {
  LinkSpeed link = testing::random_link(random);
  link.round_trip /= 10;
  return link;
}

// T5.5 with the library's own plans: where the edge computes in no time, the exact program decides.
TEST(PlanJobs, IsTheBestOfAllCutsWhenTheEdgeIsInstant) {
  for (std::uint32_t seed = 0; seed < 600; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    testing::RandomShape shape;
    shape.chain = seed % 3 != 0;
    shape.units = 2 + static_cast<int>(seed % 5);
    graph::LayerGraph graph = testing::random_dag(seed, shape);
    for (graph::Unit& unit : graph.units) {
      if (unit.time[1]) unit.time[1] = ns(0);
    }
    PlanRequest request = request_for(graph, jobs_link(random));
    request.result_bytes = 0;
    request.link.round_trip = ns(0);
    const int jobs = 1 + static_cast<int>(seed % 3);
    const std::optional<JobsPlan> plan = plan_jobs(request, jobs);
    const std::optional<Nanoseconds> best = best_of_all_cuts(request, 0, jobs);
    ASSERT_EQ(plan.has_value(), best.has_value());
    if (!plan) continue;
    EXPECT_EQ(plan->makespan, *best);
    EXPECT_EQ(static_cast<int>(plan->plans.size()), jobs);
    EXPECT_EQ(plan->makespan,
              simulate_stream(request, plan->plans, ns(0), ExecutionMode::overlapped).makespan);
  }
}

/// Too many jobs to try all cuts: the exact program must be among the starts.
TEST(PlanJobs, EndsWithTheExactProgramsLastUploadWhenTheEdgeIsInstant) {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    testing::RandomShape shape;
    shape.chain = true;
    shape.unreachable = false;
    shape.units = 12;
    graph::LayerGraph graph = testing::random_dag(seed, shape);
    for (graph::Unit& unit : graph.units) unit.time[1] = ns(0);
    PlanRequest request = request_for(graph);
    request.result_bytes = 0;
    std::vector<schedule::CutChoice> choices;
    Nanoseconds compute{0};
    for (const graph::Unit& unit : graph.units) {
      compute += *unit.time[0];
      const bool all_at_home = unit.id + 1 == graph.unit_count();
      choices.push_back({compute, ns(all_at_home ? 0 : unit.output_bytes)});
    }
    EXPECT_EQ(plan_jobs(request, 9)->makespan, schedule::exact_job_cuts(choices, 9).makespan);
  }
}

TEST(PlanJobs, IsCloseToTheBestOfAllCutsWithAnyEdge) {
  int cases = 0, optimal = 0;
  double sum = 0, worst = 1;
  for (std::uint32_t seed = 0; seed < 600; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    testing::RandomShape shape;
    shape.chain = true;
    shape.units = 3 + static_cast<int>(seed % 4);
    const graph::LayerGraph graph = testing::random_dag(seed, shape);
    const PlanRequest request = request_for(graph, jobs_link(random));
    const int jobs = 2 + static_cast<int>(seed % 2);
    const std::optional<JobsPlan> plan = plan_jobs(request, jobs);
    const std::optional<Nanoseconds> best = best_of_all_cuts(request, 0, jobs);
    ASSERT_EQ(plan.has_value(), best.has_value());
    if (!plan || best->count() == 0) continue;
    ASSERT_GE(plan->makespan, *best);
    const double loss =
        static_cast<double>(plan->makespan.count()) / static_cast<double>(best->count());
    ++cases;
    optimal += plan->makespan == *best ? 1 : 0;
    sum += loss;
    worst = std::max(worst, loss);
  }
  std::cout << "jobs: optimal in " << 100.0 * optimal / cases << " %, mean " << sum / cases
            << ", max " << worst << " over " << cases << '\n';
  EXPECT_GE(optimal, cases * 8 / 10);
  EXPECT_LE(sum / cases, 1.02);
}

TEST(PlanJobs, IsNeverSlowerThanAllJobsCutLikeTheBestOne) {
  int faster = 0;
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    testing::RandomShape shape;
    shape.units = 3 + static_cast<int>(seed % 10);
    shape.chain = seed % 2 == 0;
    shape.exits = 2;
    const graph::LayerGraph graph = testing::random_dag(seed, shape);
    PlanRequest request = request_for(graph, jobs_link(random));
    request.exit = static_cast<int>(seed % 2);
    const std::optional<JobsPlan> plan = plan_jobs(request, 6);
    const std::optional<Plan> single = make_edgent()->plan(request);
    ASSERT_EQ(plan.has_value(), single.has_value());
    if (!plan) continue;
    EXPECT_EQ(plan->exit, *request.exit);
    const Nanoseconds alike =
        simulate_stream(request, std::vector<Plan>(6, *single), ns(0), ExecutionMode::overlapped)
            .makespan;
    EXPECT_LE(plan->makespan, alike);
    faster += plan->makespan < alike ? 1 : 0;
  }
  EXPECT_GT(faster, 30);
}

/// One job computes while the other's output is sent: two different cuts.
///
///     0:900 ─► 1:80 (40 ns) ─► 2:10 (50 ns) ─► 3:1 (99 ns) ─► exit1
TEST(PlanJobs, MixesCuts) {
  graph::LayerGraph graph = testing::two_tier_graph("two cuts");
  testing::add_unit(graph, {0, 0}, 900, {});
  testing::add_unit(graph, {40, 0}, 80, {0});
  testing::add_unit(graph, {50, 0}, 10, {1});
  testing::add_unit(graph, {99, 0}, 1, {2});
  testing::add_exit(graph, 3, 0.9);
  const std::optional<JobsPlan> plan = plan_jobs(request_for(graph), 2);
  ASSERT_TRUE(plan);
  EXPECT_EQ(units_on(plan->plans[0], Tier::device), (UnitRanges{{0, 1}}));
  EXPECT_EQ(units_on(plan->plans[1], Tier::device), (UnitRanges{{0, 2}}));
  // Device 0..40..130, uplink 40..120 and 130..140, then the answer's way back.
  EXPECT_EQ(plan->makespan, ns(141));
}

TEST(PlanJobs, TakesTheDeepestExitInTimeElseTheFastest) {
  const graph::LayerGraph graph = testing::branchy_chain();
  PlanRequest request = request_for(graph);
  EXPECT_EQ(plan_jobs(request, 3)->exit, 2);
  const auto time_of = [&](int exit) {
    PlanRequest of_exit = request;
    of_exit.exit = exit;
    return plan_jobs(of_exit, 3)->makespan;
  };
  ASSERT_LT(time_of(0), time_of(2));
  request.deadline = time_of(2) - ns(1);
  EXPECT_LT(plan_jobs(request, 3)->exit, 2);
  request.deadline = ns(1);
  const JobsPlan late = *plan_jobs(request, 3);
  EXPECT_FALSE(late.feasible);
  EXPECT_EQ(late.makespan, std::min({time_of(0), time_of(1), time_of(2)}));
}

TEST(PlanJobs, RefusesWhatCannotBePlanned) {
  const graph::LayerGraph graph = testing::narrow_chain();
  PlanRequest request = request_for(graph);
  EXPECT_THROW(plan_jobs(request, 0), std::runtime_error);
  request.exit = 7;
  EXPECT_THROW(plan_jobs(request, 1), std::runtime_error);
  testing::RandomShape shape;
  shape.tiers = 3;
  const graph::LayerGraph three = testing::random_dag(1, shape);
  EXPECT_THROW(plan_jobs(request_for(three), 1), std::runtime_error);
}

}  // namespace
}  // namespace branchline::planner
