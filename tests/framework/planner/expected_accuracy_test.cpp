#include "framework/planner/expected_accuracy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <iostream>

#include "framework/base/error.h"
#include "framework/planner/algorithms/exact.h"
#include "tests/support/codec_choices.h"
#include "tests/support/common_graphs.h"
#include "tests/support/plan_requests.h"

namespace branchline::planner {
namespace {

using testing::ns;
using testing::WaySum;

MapConditions link_of(double bytes_per_s) {
  return {{bytes_per_s, bytes_per_s, ns(0)}, 1, 1, ns(0)};
}

/// The exits' own device times, by exit; the insurance's arithmetic written down again with bit
/// sets.
class BruteWorth {
 public:
  explicit BruteWorth(const ExpectedAccuracyRequest& request) : request_(request) {
    for (const Scenario& scenario : request.scenarios) weights_ += scenario.weight;
  }

  /// Over all placements, codecs, exits and insurances: the best worth of an answered plan, else of
  /// any.
  double best() {
    double answered = -1, any = -1;
    for (int exit = 0; exit < request_.graph.exit_count(); ++exit) {
      const PlanRequest plan{request_.graph,        {1, 1, {}}, {}, exit, {},
                             request_.result_bytes, ns(0)};
      testing::EveryWay(plan, exit).visit([&](const WaySum& way) {
        for (int insured = -1; insured < request_.graph.exit_count(); ++insured) {
          const Worth worth = worth_of(exit, way, insured);
          any = std::max(any, worth.value);
          if (worth.answered) answered = std::max(answered, worth.value);
        }
      });
    }
    return answered >= 0 ? answered : any;
  }

 private:
  struct Worth {
    double value = -1;
    bool answered = false;
  };

  std::optional<std::int64_t> device_ns(std::uint32_t units) const {
    std::int64_t sum = 0;
    for (std::size_t id = 0; id < request_.graph.units.size(); ++id) {
      if (((units >> id) & 1U) == 0) continue;
      if (!request_.graph.units[id].time[0]) return std::nullopt;
      sum += request_.graph.units[id].time[0]->count();
    }
    return sum;
  }

  std::uint32_t units_of(int exit) const {
    std::uint32_t units = 0;
    const std::vector<bool> needed = graph::units_of_exit(request_.graph, exit);
    for (std::size_t id = 0; id < needed.size(); ++id) units |= needed[id] ? 1U << id : 0U;
    return units;
  }

  double accuracy(int exit) const {
    return *request_.graph.exits[static_cast<std::size_t>(exit)].accuracy;
  }

  Worth worth_of(int exit, const WaySum& way, int insured) const {
    if (insured >= 0 && !way.remote && insured >= exit) return {};
    const auto d = static_cast<double>(request_.deadline.count());
    double extra = 0, ready = INFINITY;
    if (insured >= 0) {
      const std::uint32_t missing = units_of(insured) & ~way.on_device;
      const auto rest = device_ns(missing);
      const auto alone = device_ns(units_of(insured));
      if (!rest || !alone) return {};
      if (way.remote) ready = static_cast<double>(way.device_ns + *rest);
      if (!way.remote) ready = static_cast<double>(*alone);
      if (!way.remote) extra = static_cast<double>(*rest);
    }
    double sure = 0, in_time = 0, value = 0;
    const std::int64_t back =
        request_.graph
            .units[static_cast<std::size_t>(
                request_.graph.exits[static_cast<std::size_t>(exit)].value.unit)]
            .output_bytes;
    for (const Scenario& scenario : request_.scenarios) {
      const MapConditions& now = scenario.conditions;
      double time = now.device_factor * (static_cast<double>(way.device_ns) + extra) +
                    now.edge_factor * static_cast<double>(way.edge_ns) +
                    static_cast<double>(way.uplink_bytes) * 1e9 / now.link.uplink_bytes_per_s;
      if (way.remote) {
        time += static_cast<double>((now.link.round_trip + now.edge_queue).count()) +
                static_cast<double>(back) * 1e9 / now.link.downlink_bytes_per_s;
      }
      const double share = scenario.weight / weights_;
      const bool is_ready = now.device_factor * ready <= d;
      sure += is_ready ? share : 0;
      const bool arrives = std::floor(time + 0.5) <= d;
      in_time += arrives ? share : 0;
      const double loss = static_cast<double>(way.loss_thousandths) / 1000;
      value += share * (arrives ? accuracy(exit) - loss : is_ready ? accuracy(insured) : 0);
    }
    const double nearly_all = request_.surely - 1e-9;
    if (insured >= 0 && sure < nearly_all) return {};
    return {value, insured >= 0 || (!way.remote && in_time >= nearly_all)};
  }

  const ExpectedAccuracyRequest& request_;
  double weights_ = 0;
};

ExpectedAccuracyRequest random_question(const graph::LayerGraph& graph, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> exponent(-0.5, 0.5);
  std::uniform_int_distribution<std::int64_t> queue(0, 300), deadline(100, 2500);
  std::uniform_int_distribution<int> weight(1, 5);
  ExpectedAccuracyRequest request{graph, {}, ns(deadline(random)), {}, 1.0};
  for (std::uint32_t count = 0; count < 1 + seed % 5; ++count) {
    request.scenarios.push_back({static_cast<double>(weight(random)),
                                 {testing::random_link(random), std::pow(10.0, exponent(random)),
                                  std::pow(10.0, exponent(random)), ns(queue(random))}});
  }
  if (seed % 3 == 0) request.surely = 0.7;
  return request;
}

TEST(MostAccuratePlan, IsNearlyTheBestOfAllPlacementsExitsAndCodecs) {
  int optimal = 0, total = 0;
  double worst = 0, sum = 0;
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE(seed);
    testing::RandomShape shape;
    shape.units = 4 + static_cast<int>(seed % 4);
    shape.exits = 3;
    shape.unreachable = seed % 4 == 0;
    shape.chain = seed % 5 == 0;
    graph::LayerGraph graph = testing::random_dag(seed, shape);
    if (seed % 2 == 0) testing::add_random_codecs(graph, seed, 1);
    const ExpectedAccuracyRequest request = random_question(graph, seed);
    const std::optional<AccuratePlan> plan = most_accurate_plan(request);
    const double best = BruteWorth(request).best();
    ASSERT_EQ(plan.has_value(), best >= 0);
    if (!plan) continue;
    const double gap = best - plan->forecast.worth;
    EXPECT_GE(gap, -1e-9) << "brute searches all there is";
    ++total;
    optimal += gap < 1e-9 ? 1 : 0;
    worst = std::max(worst, gap);
    sum += gap;
  }
  std::cout << "expected accuracy: optimal " << optimal << " of " << total << ", mean gap "
            << sum / total << ", worst " << worst << '\n';
  EXPECT_GE(optimal * 1000, total * 990);
}

/// Half the time the link is ten times slower. At the mean goodput it is best to send the input,
/// which is late on the slow link; a cut behind unit 3 takes longer on average and is never late.
TEST(MostAccuratePlan, IsWorthMoreThanThePlanForTheMeanLink) {
  const graph::LayerGraph graph = testing::branchy_chain();
  ExpectedAccuracyRequest request{graph, {}, ns(5400), {}, 1.0};
  request.scenarios = {{1, link_of(1e9)}, {1, link_of(0.1e9)}};
  const double mean = 0.55e9;
  PlanRequest at_mean = testing::request_for(graph, {mean, mean, ns(0)});
  at_mean.deadline = request.deadline;
  const std::optional<Plan> for_mean = make_exact_two_tier()->plan(at_mean);
  ASSERT_EQ(for_mean->exit, 2);
  ASSERT_TRUE(for_mean->feasible);
  const MapPlan as_map_plan{for_mean->tier,
                            for_mean->breakdown.device,
                            for_mean->breakdown.edge,
                            for_mean->uplink_bytes,
                            true,
                            {},
                            0};
  const AccuracyForecast naive = accuracy_forecast(request, 2, as_map_plan);
  const std::optional<AccuratePlan> plan = most_accurate_plan(request);
  EXPECT_DOUBLE_EQ(naive.in_time, 0.5);
  EXPECT_DOUBLE_EQ(naive.worth, 0.5 * 0.8 + 0.5 * 0.7) << "insured by exit 2";
  EXPECT_DOUBLE_EQ(plan->forecast.worth, 0.8);
  EXPECT_EQ(plan->plan.uplink_bytes, 200);
}

/// Sending the input at once would reach exit 3, but the device alone needs 1100 ns for its first
/// answer: a split that has computed the trunk can still insure itself.
TEST(MostAccuratePlan, InsuresItselfWhileItWaits) {
  const graph::LayerGraph graph = testing::branchy_chain();
  ExpectedAccuracyRequest request{graph, {{3, link_of(1e9)}, {1, link_of(1e6)}}, ns(2000), {}, 1.0};
  const std::optional<AccuratePlan> plan = most_accurate_plan(request);
  EXPECT_EQ(plan->exit, 2);
  EXPECT_DOUBLE_EQ(plan->forecast.in_time, 0.75);
  EXPECT_EQ(plan->forecast.insured, 0);
  EXPECT_TRUE(plan->forecast.answered);
  EXPECT_DOUBLE_EQ(plan->forecast.worth, 0.75 * 0.8 + 0.25 * 0.6);
}

/// By 1050 ns the device has no answer, not even exit 1's; by 1100 ns it has, and a plan that
/// leaves it without one is not taken however much more it promises.
TEST(MostAccuratePlan, NeverLeavesTheDeviceWithoutAnAnswerIfOneIsFeasible) {
  graph::LayerGraph graph = testing::branchy_chain();
  graph.units[0].codecs = {{"slow", 10, {ns(200), ns(0)}, {ns(0), ns(0)}, 0}};
  ExpectedAccuracyRequest request{graph, {{9, link_of(1e8)}, {1, link_of(1e3)}}, ns(1050), {}, 1.0};
  const std::optional<AccuratePlan> bold = most_accurate_plan(request);
  EXPECT_FALSE(bold->forecast.answered);
  EXPECT_EQ(bold->plan.codecs.size(), 1U);
  EXPECT_DOUBLE_EQ(bold->forecast.worth, 0.9 * 0.8);
  request.deadline = ns(1100);
  const std::optional<AccuratePlan> careful = most_accurate_plan(request);
  EXPECT_TRUE(careful->forecast.answered);
  EXPECT_DOUBLE_EQ(careful->forecast.worth, 0.6);
  request.deadline = ns(1300);
  const std::optional<AccuratePlan> both = most_accurate_plan(request);
  EXPECT_EQ(both->forecast.insured, 0) << "200 ns of encoding and 1100 ns for exit 1";
  EXPECT_DOUBLE_EQ(both->forecast.worth, 0.9 * 0.8 + 0.1 * 0.6);
}

TEST(MostAccuratePlan, TakesNoLossyCodecThatCostsMoreThanTheExitGains) {
  graph::LayerGraph graph = testing::branchy_chain();
  graph.units[0].codecs = {{"lossy", 10, {ns(0), ns(0)}, {ns(0), ns(0)}, 0.3}};
  ExpectedAccuracyRequest request{graph, {{1, link_of(1e8)}}, ns(5000), {}, 1.0};
  const std::optional<AccuratePlan> plan = most_accurate_plan(request);
  EXPECT_EQ(plan->exit, 1);
  EXPECT_FALSE(plan->plan.remote);
  EXPECT_DOUBLE_EQ(plan->forecast.worth, 0.7);
}

TEST(MostAccuratePlan, RefusesWhatItCannotWeigh) {
  graph::LayerGraph graph = testing::branchy_chain();
  EXPECT_THROW(most_accurate_plan({graph, {}, ns(1), {}, 1.0}), InputError);
  EXPECT_THROW(most_accurate_plan({graph, {{0, link_of(1)}}, ns(1), {}, 1.0}), InputError);
  EXPECT_THROW(most_accurate_plan({graph, {{1, link_of(0)}}, ns(1), {}, 1.0}), InputError);
  graph.exits[1].accuracy.reset();
  EXPECT_THROW(most_accurate_plan({graph, {{1, link_of(1)}}, ns(1), {}, 1.0}), InputError);
}

}  // namespace
}  // namespace branchline::planner
