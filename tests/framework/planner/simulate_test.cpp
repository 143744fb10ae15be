#include "framework/planner/simulate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>

#include "framework/planner/algorithms/edgent.h"
#include "framework/planner/algorithms/neurosurgeon.h"
#include "framework/planner/algorithms/single_tier.h"
#include "tests/support/codec_choices.h"
#include "tests/support/common_graphs.h"
#include "tests/support/plan_requests.h"

namespace branchline::planner {
namespace {

using testing::C;
using testing::D;
using testing::E;
using testing::ns;
using testing::Placement;
using testing::request_for;

/// Monotone, outwards; or the edge first and a tail on the device.
Placement random_placement(std::mt19937& random, const graph::LayerGraph& graph, bool outwards) {
  const auto tiers = static_cast<int>(graph.tiers.size());
  const std::int32_t tail =
      std::uniform_int_distribution<std::int32_t>(1, graph.unit_count())(random);
  std::vector<Tier> chosen(graph.units.size(), D);
  return testing::place(graph, 0, [&](std::int32_t id) {
    if (id == 0) return D;
    int innermost = 0;
    for (const graph::ValueId& input : graph.units[static_cast<std::size_t>(id)].inputs) {
      innermost =
          std::max(innermost, static_cast<int>(chosen[static_cast<std::size_t>(input.unit)]));
    }
    Tier tier = id < tail ? E : D;
    if (outwards) {
      tier = static_cast<Tier>(std::uniform_int_distribution<int>(innermost, tiers - 1)(random));
    }
    chosen[static_cast<std::size_t>(id)] = tier;
    return tier;
  });
}

struct RandomCase {
  graph::LayerGraph graph;
  LinkSpeed link, link2;
  Placement placement;

  PlanRequest request(std::uint32_t seed) const {
    PlanRequest request = request_for(graph, link);
    if (graph.tiers.size() == 3) request.link2 = link2;
    request.edge_queue = ns(seed % 50);
    return request;
  }
};

RandomCase random_case(std::uint32_t seed) {
  std::mt19937 random(seed);
  testing::RandomShape shape;
  shape.units = 2 + static_cast<int>(seed % 9);
  shape.tiers = seed % 2 == 0 ? 3 : 2;
  shape.unreachable = false;
  RandomCase made{testing::random_dag(seed, shape),
                  testing::random_link(random),
                  testing::random_link(random),
                  {}};
  made.placement = random_placement(random, made.graph, seed % 3 != 0);
  return made;
}

void expect_possible(const PlanRequest& request, const Plan& plan, const Simulation& simulation) {
  std::map<std::pair<std::int32_t, Resource>, Nanoseconds> free_at;
  std::map<std::int32_t, SimulatedEvent> computed;
  std::map<Resource, Nanoseconds> resource_free;
  for (const SimulatedEvent& event : simulation.events) {
    EXPECT_GE(event.start, resource_free[event.resource]) << "two things at once";
    resource_free[event.resource] = event.end;
    const bool computes = event.resource == Resource::device || event.resource == Resource::edge ||
                          event.resource == Resource::cloud;
    if (computes) computed[event.unit] = event;
  }
  for (const graph::Unit& unit : request.graph.units) {
    if (!plan.tier[static_cast<std::size_t>(unit.id)]) continue;
    ASSERT_EQ(computed.count(unit.id), 1U) << "unit " << unit.id << " never runs";
    for (const graph::ValueId& input : unit.inputs) {
      EXPECT_GE(computed[unit.id].start, computed[input.unit].end) << "before its input";
    }
  }
}

// T3.4, T5.3.
TEST(Simulate, SequentialTakesExactlyThePredictedTime) {
  int remote = 0, three_tiers = 0, back = 0;
  for (std::uint32_t seed = 0; seed < 6000; ++seed) {
    SCOPED_TRACE(seed);
    const RandomCase made = random_case(seed);
    const PlanRequest request = made.request(seed);
    const std::optional<Plan> plan = price_plan(request, 0, made.placement);
    ASSERT_TRUE(plan);
    const Simulation simulation = simulate(request, *plan, ExecutionMode::sequential);
    EXPECT_EQ(simulation.latency, std::vector<Nanoseconds>{plan->predicted});
    EXPECT_EQ(simulation.makespan, plan->predicted);
    expect_possible(request, *plan, simulation);
    remote += units_on(*plan, E).empty() ? 0 : 1;
    three_tiers += units_on(*plan, C).empty() ? 0 : 1;
    back += stages_of(*plan).back().tier == D && stages_of(*plan).size() > 1 ? 1 : 0;
  }
  EXPECT_GT(remote, 3000);
  EXPECT_GT(three_tiers, 1000);
  EXPECT_GT(back, 500);
}

TEST(Simulate, OverlapNeverTakesLongerAndOftenHelps) {
  int shorter = 0;
  for (std::uint32_t seed = 0; seed < 6000; ++seed) {
    SCOPED_TRACE(seed);
    const RandomCase made = random_case(seed);
    const PlanRequest request = made.request(seed);
    const std::optional<Plan> plan = price_plan(request, 0, made.placement);
    const Simulation simulation = simulate(request, *plan, ExecutionMode::overlapped);
    EXPECT_LE(simulation.makespan, plan->predicted);
    expect_possible(request, *plan, simulation);
    for (const Nanoseconds busy : simulation.busy) EXPECT_GE(simulation.makespan, busy);
    shorter += simulation.makespan < plan->predicted ? 1 : 0;
  }
  EXPECT_GT(shorter, 1000);
}

TEST(Simulate, EncodesAndDecodesOnTheTiersThatDo) {
  int encoded = 0;
  for (std::uint32_t seed = 0; seed < 3000; ++seed) {
    SCOPED_TRACE(seed);
    RandomCase made = random_case(seed);
    testing::add_random_codecs(made.graph, seed);
    const PlanRequest request = made.request(seed);
    const std::optional<Plan> plan = price_plan(request, 0, made.placement);
    ASSERT_TRUE(plan);
    const Simulation sequential = simulate(request, *plan, ExecutionMode::sequential);
    EXPECT_EQ(sequential.makespan, plan->predicted);
    const Simulation overlapped = simulate(request, *plan, ExecutionMode::overlapped);
    EXPECT_LE(overlapped.makespan, plan->predicted);
    EXPECT_EQ(sequential.busy[0], plan->breakdown.device);
    EXPECT_EQ(overlapped.busy, sequential.busy);
    encoded += plan->codecs.empty() ? 0 : 1;
  }
  EXPECT_GT(encoded, 500);
}

TEST(Simulate, BusyTimesAreThePricesOfThePartsWithoutWaiting) {
  const graph::LayerGraph graph = testing::narrow_chain();
  PlanRequest request = request_for(graph, {1e9, 1e9, ns(101)});
  request.edge_queue = ns(7);
  const std::optional<Plan> plan = make_neurosurgeon()->plan(request);
  const Simulation simulation = simulate(request, *plan, ExecutionMode::sequential);
  EXPECT_EQ(simulation.busy[0], plan->breakdown.device);
  EXPECT_EQ(simulation.busy[1] + ns(51), plan->breakdown.uplink);
  EXPECT_EQ(simulation.busy[2] + ns(7), plan->breakdown.edge);
  EXPECT_EQ(simulation.busy[3] + ns(50), plan->breakdown.downlink);
}

/// Unit 1's output travels while unit 2 computes, as a hand-drawn timeline has it:
///
///     device   |0..30: 1 |30..70: 2 |
///     uplink             |30..120: 1        |120..190: 2 |
///     edge                                               |190..195: 3 |
///     downlink                                                        |195..205|
TEST(Simulate, DrawsTheTimelineOfADiamond) {
  const graph::LayerGraph graph = testing::diamond();
  const PlanRequest request = request_for(graph);
  Plan plan = *price_plan(request, 0, Placement{D, D, D, E});
  const auto drawn = [](const Simulation& simulation) {
    std::vector<std::tuple<std::string, std::int32_t, std::int64_t, std::int64_t>> events;
    for (const SimulatedEvent& event : simulation.events) {
      events.emplace_back(name_of(event.resource), event.unit, event.start.count(),
                          event.end.count());
    }
    return events;
  };
  using Drawn = decltype(drawn(Simulation{}));
  EXPECT_EQ(drawn(simulate(request, plan, ExecutionMode::overlapped)),
            (Drawn{{"device", 0, 0, 0},
                   {"device", 1, 0, 30},
                   {"device", 2, 30, 70},
                   {"uplink", 1, 30, 120},
                   {"uplink", 2, 120, 190},
                   {"edge", 3, 190, 195},
                   {"downlink", 3, 195, 205}}));
  EXPECT_EQ(simulate(request, plan, ExecutionMode::sequential).makespan, ns(70 + 160 + 5 + 10));
  plan.order = {0, 2, 1, 3};
  EXPECT_EQ(simulate(request, plan, ExecutionMode::overlapped).makespan, ns(40 + 70 + 90 + 5 + 10))
      << "the order is heeded";
}

TEST(Simulate, ARemoteUnitStartsOnceItsOwnInputsAreThere) {
  graph::LayerGraph graph = testing::two_tier_graph("two uploads");
  testing::add_unit(graph, {0, 0}, 5, {});
  testing::add_unit(graph, {10, 0}, 20, {0});
  testing::add_unit(graph, {90, 40}, 20, {0});
  testing::add_unit(graph, {0, 3}, 1, {1, 2});
  testing::add_exit(graph, 3, 0.9);
  PlanRequest request = request_for(graph, {1e9, 1e9, ns(11)});
  request.edge_queue = ns(2);
  const Plan plan = *price_plan(request, 0, Placement{D, D, E, E});
  // Input 0..5, there at 11, queue until 13, unit 2 until 53; unit 1 up 10..30, there at 36.
  EXPECT_EQ(simulate(request, plan, ExecutionMode::overlapped).makespan, ns(53 + 3 + 1 + 5));
  EXPECT_EQ(simulate(request, plan, ExecutionMode::sequential).makespan, plan.predicted);
}

TEST(Simulate, EveryPlannersPlansTakeTheirPredictedTime) {
  for (std::uint32_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    testing::RandomShape shape;
    shape.units = 3 + static_cast<int>(seed % 8);
    const graph::LayerGraph graph = testing::random_dag(seed, shape);
    const PlanRequest request = request_for(graph, testing::random_link(random));
    for (const auto& planner : {make_device_only(), make_edge_only(), make_neurosurgeon(),
                                make_edgent(), make_edgent_server_first()}) {
      const std::optional<Plan> plan = planner->plan(request);
      if (!plan) continue;
      EXPECT_EQ(simulate(request, *plan, ExecutionMode::sequential).makespan, plan->predicted);
      EXPECT_LE(simulate(request, *plan, ExecutionMode::overlapped).makespan, plan->predicted);
    }
  }
}

/// Out and back twice: price_plan pays the round trip once, and so do the barriers.
TEST(Simulate, PaysTheRoundTripOnceHoweverOftenThePlanTurns) {
  const graph::LayerGraph graph = testing::narrow_chain();
  const PlanRequest request = request_for(graph, {1e9, 1e9, ns(101)});
  const Plan plan = *price_plan(request, 0, Placement{D, E, D, E, D});
  EXPECT_EQ(simulate(request, plan, ExecutionMode::sequential).makespan, plan.predicted);
  EXPECT_EQ(simulate(request, plan, ExecutionMode::overlapped).makespan, plan.predicted + ns(101))
      << "a message takes its time whenever it is sent";
}

TEST(Simulate, SaturatesAsThePriceDoes) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  graph::LayerGraph graph = testing::narrow_chain();
  for (graph::Unit& unit : graph.units) {
    unit.output_bytes = kMost;
    if (unit.id > 0) unit.time = {ns(kMost), ns(kMost)};
  }
  PlanRequest request = request_for(graph, {1.0, 1.0, ns(kMost)});
  request.edge_queue = ns(kMost);
  const Plan plan = *price_plan(request, 0, Placement{D, D, E, E, E});
  EXPECT_EQ(simulate(request, plan, ExecutionMode::sequential).makespan, ns(kMost));
  EXPECT_EQ(simulate(request, plan, ExecutionMode::overlapped).makespan, ns(kMost));
}

TEST(SimulateStream, SlowArrivalsSeeEachTheLatencyOfOneFrame) {
  const graph::LayerGraph graph = testing::narrow_chain();
  const PlanRequest request = request_for(graph, {1e9, 1e9, ns(30)});
  const Plan plan = *make_neurosurgeon()->plan(request);
  const std::vector<Plan> plans(5, plan);
  const Simulation stream =
      simulate_stream(request, plans, plan.predicted, ExecutionMode::sequential);
  EXPECT_EQ(stream.latency, std::vector<Nanoseconds>(5, plan.predicted));
  EXPECT_EQ(stream.makespan, plan.predicted * 5);
}

TEST(SimulateStream, BackloggedThroughputTendsToOneOverTheLargestStage) {
  for (const auto& make : {make_neurosurgeon, make_edgent_server_first, make_edge_only}) {
    const graph::LayerGraph graph = testing::narrow_chain();
    const PlanRequest request = request_for(graph, {2e9, 1e9, ns(40)});
    const Plan plan = *make()->plan(request);
    constexpr int kFrames = 400;
    for (const ExecutionMode mode : {ExecutionMode::sequential, ExecutionMode::overlapped}) {
      const Simulation stream =
          simulate_stream(request, std::vector<Plan>(kFrames, plan), ns(0), mode);
      const Nanoseconds stage = *std::max_element(stream.busy.begin(), stream.busy.end()) / kFrames;
      EXPECT_GE(stream.makespan, stage * kFrames);
      EXPECT_LE(stream.makespan, stage * kFrames + plan.predicted);
      EXPECT_NEAR(stream.frames_per_s * static_cast<double>(stage.count()) / 1e9, 1.0, 0.01);
    }
  }
}

TEST(SimulateStream, EachFrameRunsItsOwnPlanAndTheEarlierGoesFirst) {
  const graph::LayerGraph graph = testing::branchy_chain();
  PlanRequest request = request_for(graph);
  request.exit = 0;
  const Plan small = *make_device_only()->plan(request);
  request.exit = 2;
  const Plan large = *make_device_only()->plan(request);
  const Simulation stream =
      simulate_stream(request, {small, large, small}, ns(100), ExecutionMode::overlapped);
  EXPECT_EQ(stream.latency,
            (std::vector<Nanoseconds>{ns(1100), ns(1100 + 6100 - 100), ns(2 * 1100 + 6100 - 200)}));
}

}  // namespace
}  // namespace branchline::planner
