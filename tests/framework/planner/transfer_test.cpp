#include "framework/planner/transfer.h"

#include <gtest/gtest.h>

#include "framework/base/error.h"
#include "framework/planner/algorithms/brute_force.h"
#include "framework/planner/algorithms/exact.h"
#include "framework/planner/plan_json.h"
#include "framework/planner/planner_registry.h"
#include "framework/planner/simulate.h"
#include "tests/support/codec_choices.h"
#include "tests/support/common_graphs.h"
#include "tests/support/plan_requests.h"

namespace branchline::planner {
namespace {

using testing::D;
using testing::E;
using testing::ns;
using testing::request_for;

/// narrow_chain, whose input may go as "half" (500 B, 30 + 20 ns) or as "tiny" (100 B, 600 + 5 ns,
/// loses 0.02), and unit 2 as "half" (25 B, 40 + 1 ns).
graph::LayerGraph chain_with_codecs() {
  graph::LayerGraph graph = testing::narrow_chain();
  graph.units[0].codecs = {{"half", 500, {ns(30), ns(3)}, {ns(200), ns(20)}, 0.001},
                           {"tiny", 100, {ns(600), ns(60)}, {ns(50), ns(5)}, 0.02}};
  graph.units[2].codecs = {{"half", 25, {ns(40), ns(4)}, {ns(10), ns(1)}, 0.001}};
  return graph;
}

TEST(CheapestTransfer, WeighsEncodingAgainstTheLink) {
  const graph::LayerGraph graph = chain_with_codecs();
  const auto codec_at = [&graph](double bytes_per_s, std::size_t unit) {
    const PlanRequest request = request_for(graph, {bytes_per_s, bytes_per_s, ns(0)});
    return cheapest_transfer(request, graph.units[unit], D, E).codec;
  };
  EXPECT_EQ(codec_at(1e9, 0), 0) << "1000 against 550 and 705 ns";
  EXPECT_EQ(codec_at(0.5e9, 0), 1) << "2000 against 1050 and 805 ns";
  EXPECT_EQ(codec_at(1e11, 0), Transfer::kRaw);
  EXPECT_EQ(codec_at(1e9, 2), Transfer::kRaw) << "50 against 66 ns";
}

TEST(CheapestTransfer, PrefersRawAndThenTheFirstOfEquals) {
  graph::LayerGraph graph = testing::narrow_chain();
  graph.units[0].codecs = {{"a", 900, {ns(50), ns(0)}, {ns(0), ns(50)}, 0},
                           {"b", 800, {ns(50), ns(0)}, {ns(0), ns(50)}, 0},
                           {"c", 700, {ns(100), ns(0)}, {ns(0), ns(100)}, 0}};
  const PlanRequest request = request_for(graph);
  EXPECT_EQ(cheapest_transfer(request, graph.units[0], D, E).codec, 1);
  graph.units[0].codecs.erase(graph.units[0].codecs.begin(), graph.units[0].codecs.begin() + 2);
  graph.units[0].codecs[0].bytes = 800;
  EXPECT_EQ(cheapest_transfer(request, graph.units[0], D, E).codec, Transfer::kRaw);
}

TEST(CheapestTransfer, TakesOnlyWhatBothTiersKnowAndTheRequestAllows) {
  graph::LayerGraph graph = chain_with_codecs();
  graph.units[0].codecs[0].decode[1] = std::nullopt;
  PlanRequest request = request_for(graph);
  EXPECT_EQ(transfers(request, graph.units[0], D, E).size(), 2U);
  EXPECT_EQ(transfers(request, graph.units[0], E, D).size(), 3U) << "the other way round it can";
  request.max_accuracy_loss = 0.01;
  EXPECT_EQ(cheapest_transfer(request, graph.units[0], D, E).codec, Transfer::kRaw);
}

TEST(PricePlanWithCodecs, EncodesOnTheSenderAndDecodesOnTheReceiver) {
  const graph::LayerGraph graph = chain_with_codecs();
  const auto plan = price_plan(request_for(graph), 0, {D, E, E, E, E});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->codecs, (std::vector<CrossingCodec>{{0, 1, "half"}}));
  EXPECT_DOUBLE_EQ(plan->accuracy_loss, 0.001);
  EXPECT_EQ(plan->uplink_bytes, 500);
  EXPECT_EQ(plan->breakdown.device, ns(30));
  EXPECT_EQ(plan->breakdown.uplink, ns(500));
  EXPECT_EQ(plan->breakdown.edge, ns(510 + 20));
  EXPECT_EQ(plan->predicted, ns(30 + 500 + 530 + 10));
}

TEST(PricePlanWithCodecs, PricesTheCodecsThatItIsGiven) {
  const graph::LayerGraph graph = chain_with_codecs();
  const PlanRequest request = request_for(graph);
  EXPECT_EQ(price_plan(request, 0, {D, E, E, E, E}, {})->predicted, ns(1000 + 510 + 10));
  EXPECT_EQ(price_plan(request, 0, {D, E, E, E, E}, {{0, 1, "tiny"}})->predicted,
            ns(600 + 100 + 510 + 5 + 10));
  EXPECT_THROW(price_plan(request, 0, {D, D, E, E, E}, {{0, 1, "tiny"}}), std::logic_error);
  EXPECT_THROW(price_plan(request, 0, {D, E, E, E, E}, {{0, 1, "zip"}}), std::logic_error);
}

TEST(PlanJson, NamesTheCodecsOfWhatCrosses) {
  const graph::LayerGraph graph = chain_with_codecs();
  const auto plan = price_plan(request_for(graph), 0, {D, E, E, E, E});
  EXPECT_NE(to_json(*plan, ns(0), false).find("\"codec\": {\n    \"0\": \"half\"\n  }"),
            std::string::npos);
  const auto raw = price_plan(request_for(graph), 0, {D, D, D, E, E});
  EXPECT_EQ(to_json(*raw, ns(0), false).find("codec"), std::string::npos);
}

/// A slow link: the network that would stay on the device raw goes up once it can be encoded.
TEST(ExactTwoTier, ChoosesCutAndCodecTogether) {
  graph::LayerGraph graph = chain_with_codecs();
  const PlanRequest request = request_for(graph, {0.2e9, 1e9, ns(0)});
  const auto plan = make_exact_two_tier()->plan(request);
  EXPECT_EQ(plan->codecs, (std::vector<CrossingCodec>{{2, 1, "half"}}));
  EXPECT_EQ(plan->predicted, ns(500 + 40 + 125 + 1 + 460 + 10));
  for (graph::Unit& unit : graph.units) unit.codecs.clear();
  EXPECT_EQ(make_exact_two_tier()->plan(request)->predicted, ns(500 + 250 + 460 + 10));
}

TEST(EveryExactPlanner, EqualsTryingEveryPlacementWithEveryCodec) {
  int encoded = 0;
  for (std::uint32_t seed = 0; seed < 3000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    testing::RandomShape shape;
    shape.tiers = seed % 3 == 0 ? 3 : 2;
    shape.units = 2 + static_cast<int>(seed % 5);
    graph::LayerGraph graph = testing::random_dag(seed, shape);
    testing::add_random_codecs(graph, seed);
    PlanRequest request = request_for(graph, testing::random_link(random));
    if (shape.tiers == 3) request.link2 = testing::random_link(random);
    request.edge_queue = ns(seed % 4);
    std::optional<std::int64_t> least;
    testing::EveryWay(request, 0).visit([&least](const testing::WaySum& sum) {
      if (!least || sum.time_ns < *least) least = sum.time_ns;
    });
    const std::optional<Plan> plan = make_exact_three_tier()->plan(request);
    ASSERT_EQ(plan.has_value(), least.has_value());
    EXPECT_EQ(plan, make_brute_force()->plan(request));
    if (!plan) continue;
    EXPECT_EQ(plan->predicted.count(), *least);
    encoded += plan->codecs.empty() ? 0 : 1;
    EXPECT_EQ(price_plan(request, 0, plan->tier, plan->codecs), plan);
  }
  EXPECT_GT(encoded, 300) << "else the comparison says little";
}

/// Whatever they minimise, their plans are those of price_plan: none is better than the optimum.
TEST(EveryPlannerWithCodecs, IsPricedLikeAllOthers) {
  const PlannerRegistry registry = standard_planners();
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    testing::RandomShape shape;
    shape.chain = seed % 2 == 0;
    graph::LayerGraph graph = testing::random_dag(seed, shape);
    testing::add_random_codecs(graph, seed);
    const PlanRequest request = request_for(graph, testing::random_link(random));
    const std::optional<Plan> best = make_brute_force()->plan(request);
    for (const Planner* planner : registry.all()) {
      SCOPED_TRACE(planner->name());
      const std::optional<Plan> plan = planner->plan(request);
      if (!plan) continue;
      if (!plan->order.empty()) {
        EXPECT_EQ(simulate(request, *plan, ExecutionMode::overlapped).makespan, plan->predicted);
        continue;
      }
      EXPECT_EQ(price_plan(request, 0, plan->tier, plan->codecs), plan);
      const bool flows_back = planner->name() == "edgent-server-first" ||
                              planner->name() == "edgent-as-published" ||
                              planner->name() == "dads-as-published";
      if (!flows_back) {
        EXPECT_FALSE(better(*plan, *best));
      }
      if (shape.chain && planner->name() == "neurosurgeon") {
        EXPECT_EQ(plan->predicted, best->predicted);
      }
    }
  }
}

TEST(Planner, RefusesCapsThatItDoesNotKeep) {
  const graph::LayerGraph graph = chain_with_codecs();
  PlanRequest request = request_for(graph);
  request.max_accuracy_loss = 0.01;
  const PlannerRegistry registry = standard_planners();
  EXPECT_THROW(registry.find("neurosurgeon").plan(request), InputError);
  EXPECT_TRUE(registry.find("exact2").plan(request));
  request.max_accuracy_loss = 1.5;
  EXPECT_THROW(registry.find("exact2").plan(request), InputError);
}

}  // namespace
}  // namespace branchline::planner
