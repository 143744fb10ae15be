#include "framework/planner/algorithms/exact.h"

#include <gtest/gtest.h>
#include <lemon/preflow.h>
#include <lemon/smart_graph.h>

#include "framework/planner/algorithms/brute_force.h"
#include "framework/planner/algorithms/neurosurgeon.h"
#include "framework/planner/internal/exact_cut.h"
#include "tests/support/random_requests.h"

namespace branchline::planner {
namespace {

using internal::CutProblem;
using internal::FlowNetwork;
using testing::RandomRequest;
using testing::request_for;

/// LEMON's preflow-push on the same network.
std::int64_t second_opinion(const FlowNetwork& network) {
  lemon::SmartDigraph graph;
  std::vector<lemon::SmartDigraph::Node> nodes;
  for (std::int32_t vertex = 0; vertex < network.vertex_count(); ++vertex) {
    nodes.push_back(graph.addNode());
  }
  lemon::SmartDigraph::ArcMap<std::int64_t> capacity(graph);
  const auto add = [&](std::int32_t from, std::int32_t to, internal::WideSum much) {
    constexpr std::int64_t kUnlimited = 1LL << 40;
    const auto arc =
        graph.addArc(nodes[static_cast<std::size_t>(from)], nodes[static_cast<std::size_t>(to)]);
    capacity[arc] = much < 0 ? kUnlimited : static_cast<std::int64_t>(much);
  };
  for (const FlowNetwork::Arc& arc : network.arcs()) {
    add(arc.from, arc.to, arc.capacity);
    add(arc.to, arc.from, arc.reverse_capacity);
  }
  lemon::Preflow<lemon::SmartDigraph, lemon::SmartDigraph::ArcMap<std::int64_t>> preflow(
      graph, capacity, nodes[FlowNetwork::kSource], nodes[FlowNetwork::kSink]);
  preflow.runMinCut();
  return preflow.flowValue();
}

TEST(ExactTwoTier, EqualsBruteForceTiesIncluded) {
  int planned = 0, split = 0;
  for (std::uint32_t seed = 0; seed < 12000; ++seed) {
    SCOPED_TRACE(seed);
    const RandomRequest random(seed, 2, 10);
    const std::optional<Plan> plan = make_exact_two_tier()->plan(random.request);
    ASSERT_EQ(plan, make_brute_force()->plan(random.request));
    planned += plan ? 1 : 0;
    split += plan && units_on(*plan, Tier::device) != UnitRanges{{0, 0}} &&
                     !units_on(*plan, Tier::edge).empty()
                 ? 1
                 : 0;
  }
  EXPECT_GT(planned, 10000);
  EXPECT_GT(split, 500) << "else the comparison says little";
}

// T4.1
TEST(ExactThreeTier, EqualsBruteForceTiesIncluded) {
  int on_cloud = 0, on_all = 0;
  for (std::uint32_t seed = 0; seed < 8000; ++seed) {
    SCOPED_TRACE(seed);
    const RandomRequest random(seed, 3, 8);
    const std::optional<Plan> plan = make_exact_three_tier()->plan(random.request);
    ASSERT_EQ(plan, make_brute_force()->plan(random.request));
    if (!plan) continue;
    const bool cloud = !units_on(*plan, Tier::cloud).empty();
    on_cloud += cloud ? 1 : 0;
    on_all += cloud && !units_on(*plan, Tier::edge).empty() ? 1 : 0;
  }
  EXPECT_GT(on_cloud, 200);
  EXPECT_GT(on_all, 50) << "else three tiers were hardly tried";
}

// T4.4
TEST(ExactThreeTier, EqualsExactTwoTierOnTwoTiers) {
  for (std::uint32_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    const RandomRequest random(seed, 2, 30);
    EXPECT_EQ(make_exact_three_tier()->plan(random.request),
              make_exact_two_tier()->plan(random.request));
  }
}

// T4.3
TEST(ExactThreeTier, EqualsExactTwoTierWhenTheCloudCanRunNothing) {
  for (std::uint32_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    testing::RandomShape shape;
    shape.units = 20;
    shape.tiers = 3;
    graph::LayerGraph three = testing::random_dag(seed, shape);
    for (graph::Unit& unit : three.units) unit.time[2] = std::nullopt;
    graph::LayerGraph two = three;
    two.tiers.pop_back();
    for (graph::Unit& unit : two.units) unit.time.pop_back();
    std::mt19937 random(seed);
    const LinkSpeed link = testing::random_link(random);
    const std::optional<Plan> with_cloud = make_exact_three_tier()->plan(request_for(three, link));
    const std::optional<Plan> without = make_exact_two_tier()->plan(request_for(two, link));
    EXPECT_EQ(with_cloud, without);
  }
}

TEST(ExactCut, HasTheValueThatASecondSolverFinds) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    const RandomRequest random(seed, seed % 2 == 0 ? 2 : 3, 120);
    const CutProblem problem = internal::cut_problem(random.request, 0);
    const FlowNetwork network = internal::network_of(problem).flow;
    const std::optional<internal::MinCut> cut = internal::min_cut(network);
    const std::int64_t flow = second_opinion(network);
    ASSERT_EQ(cut.has_value(), flow < 1LL << 40);
    if (cut) {
      EXPECT_EQ(static_cast<std::int64_t>(cut->value), flow);
    }
  }
}

/// Least cost_of over all labellings in which no data flows back; kForbidden when there is none.
internal::Cost cheapest_labelling(const CutProblem& problem, internal::Labels& labels,
                                  std::size_t at) {
  if (at == problem.nodes.size()) return internal::cost_of(problem, labels);
  Tier tier = Tier::device;
  for (const std::int32_t input : problem.inputs[at]) {
    tier = std::max(tier, labels[static_cast<std::size_t>(input)]);
  }
  internal::Cost best = internal::kForbidden;
  for (auto place = static_cast<std::size_t>(tier); place < problem.tiers; ++place) {
    labels[at] = static_cast<Tier>(place);
    const internal::Cost cost = cheapest_labelling(problem, labels, at + 1);
    const bool wins = cost != internal::kForbidden && (best == internal::kForbidden || cost < best);
    if (wins) best = cost;
  }
  return best;
}

/// Two links that do not price tensors alike (as with a codec per hop): only then can a unit gain
/// by being "on the device" for one hop and "on the cloud" for the other.
TEST(ExactCut, PlacesEachNodeOnOneTierWhateverTheHopsCost) {
  for (std::uint32_t seed = 0; seed < 3000; ++seed) {
    SCOPED_TRACE(seed);
    const RandomRequest random(seed, 3, 8);
    CutProblem problem = internal::cut_problem(random.request, 0);
    std::mt19937 draw(seed);
    for (internal::CutNode& node : problem.nodes) {
      for (internal::Cost& cost : node.send) {
        if (cost != internal::kForbidden) cost = std::uniform_int_distribution<int>(0, 500)(draw);
      }
    }
    internal::Labels labels(problem.nodes.size(), Tier::device);
    const internal::Cost best = cheapest_labelling(problem, labels, 0);
    const std::optional<internal::ExactCut> cut = internal::exact_cut(problem);
    EXPECT_TRUE((cut ? cut->cost : internal::kForbidden) == best);
  }
}

// algorithms.md 1.2: published, the graph answers 41 with unit 3 on the device and unit 2 on the
// edge.
TEST(ExactTwoTier, FindsTheOptimumOfTheDadsCounterexample) {
  const graph::LayerGraph graph = testing::dads_counterexample();
  PlanRequest request = request_for(graph);
  request.result_bytes = 0;
  const std::optional<Plan> plan = make_exact_two_tier()->plan(request);
  EXPECT_EQ(plan->predicted, Nanoseconds(56));
  EXPECT_EQ(units_on(*plan, Tier::edge), (UnitRanges{{1, 3}}));
}

/// One producer, two readers on the edge: 50 once is cheaper than staying, twice would not be.
///
///            ┌─► 2:1 ─┐
///     0 ─► 1:50       ├─► 4:1 ─► exit1
///            └─► 3:1 ─┘
TEST(ExactTwoTier, ChargesASharedProducerOnce) {
  graph::LayerGraph graph = testing::two_tier_graph("shared producer");
  testing::add_unit(graph, {0, 0}, 1000, {});
  testing::add_unit(graph, {10, 1}, 50, {0});
  testing::add_unit(graph, {40, 1}, 1, {1});
  testing::add_unit(graph, {40, 1}, 1, {1});
  testing::add_unit(graph, {5, 1}, 1, {2, 3});
  testing::add_exit(graph, 4, 0.9);
  const std::optional<Plan> plan = make_exact_two_tier()->plan(request_for(graph));
  EXPECT_EQ(units_on(*plan, Tier::edge), (UnitRanges{{2, 4}}));
  EXPECT_EQ(plan->predicted, Nanoseconds(10 + 50 + 3 + 1));
}

TEST(ExactTwoTier, IsNeverWorseThanTheBestPrefix) {
  int improved = 0;
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    const RandomRequest random(seed, 2, 60);
    const std::optional<Plan> exact = make_exact_two_tier()->plan(random.request);
    const std::optional<Plan> prefix = make_neurosurgeon()->plan(random.request);
    if (!prefix) continue;
    ASSERT_TRUE(exact);
    EXPECT_LE(exact->predicted, prefix->predicted);
    improved += exact->predicted < prefix->predicted ? 1 : 0;
  }
  EXPECT_GT(improved, 10);
}

}  // namespace
}  // namespace branchline::planner
