#include "framework/profile/unit_timer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "fake_runs.h"
#include "framework/base/error.h"

namespace branchline::profile {
namespace {

using branchline::testing::FakeMachine;
using ::testing::HasSubstr;

std::vector<Duration> device_times(const graph::LayerGraph& graph) {
  std::vector<Duration> times;
  for (const graph::Unit& unit : graph.units) times.push_back(*unit.time[0]);
  return times;
}

TEST(UnitTimer, RecoversEveryUnitOfAChain) {
  const auto graph = branchline::testing::narrow_chain();
  FakeMachine machine{graph};
  const TierProfile profile = time_cuts(graph, machine.runner(), {});
  EXPECT_EQ(profile.unit_time, device_times(graph));
  ASSERT_EQ(profile.cuts.size(), 5u);
  for (const CutTimes& cut : profile.cuts) {
    EXPECT_EQ(cut.prefix.median + cut.suffix.median, Duration(5100)) << "unit " << cut.unit;
  }
}

TEST(UnitTimer, RecoversHeadsAndTrunkOfEveryExit) {
  const auto graph = branchline::testing::branchy_chain();
  FakeMachine machine{graph};
  const TierProfile profile = time_cuts(graph, machine.runner(), {});
  EXPECT_EQ(profile.unit_time, device_times(graph));
  EXPECT_TRUE(std::is_sorted(profile.cuts.begin(), profile.cuts.end(), [](auto& a, auto& b) {
    return std::pair(a.exit, a.unit) < std::pair(b.exit, b.unit);
  }));
}

TEST(UnitTimer, MeasuresInsideBlocksThatHaveNoCutVertex) {
  for (const auto& graph :
       {branchline::testing::residual_block(), branchline::testing::diamond()}) {
    FakeMachine machine{graph};
    EXPECT_EQ(time_cuts(graph, machine.runner(), {}).unit_time, device_times(graph)) << graph.name;
  }
}

TEST(UnitTimer, EverySliceItAsksForIsWellFormed) {
  for (std::uint32_t seed = 0; seed < 50; ++seed) {
    const auto graph = branchline::testing::random_dag(seed, {9, 2, 2, false, false, 1000, 1000});
    FakeMachine machine{graph};
    const TierProfile profile = time_cuts(graph, machine.runner(), {});
    for (const slice::SliceSpec& spec : machine.asked) {
      EXPECT_FALSE(contains(spec.units, 0));
      EXPECT_FALSE(spec.outputs.empty());
    }
    EXPECT_EQ(profile.unit_time.size(), graph.units.size());
    for (const Duration time : profile.unit_time) EXPECT_GE(time, Duration(0));
  }
}

TEST(UnitTimer, MergesANegativeDifferenceWithThePredecessor) {
  const auto graph = branchline::testing::narrow_chain();
  FakeMachine machine{graph};
  const RunSlice honest = machine.runner();
  // The prefix of units 1-2 is measured slower than that of units 1-3.
  const RunSlice run = [&](const slice::SliceSpec& spec, int warmup, int runs) {
    auto times = honest(spec, warmup, runs);
    if (spec.units == UnitRanges{{1, 2}}) times.assign(times.size(), Duration(4700));
    return times;
  };
  const std::vector<Duration> times = time_cuts(graph, run, {}).unit_time;
  // 200, 4700, 4500, 5100 becomes 200, 4600, 4600, 5100.
  EXPECT_EQ(times, (std::vector<Duration>{Duration(0), Duration(200), Duration(4400), Duration(0),
                                          Duration(500)}));
}

TEST(UnitTimer, CorrectsADriftOfTheMachine) {
  const auto graph = branchline::testing::narrow_chain();
  FakeMachine machine{graph};
  const RunSlice steady = machine.runner();
  // The machine gets slower and slower, but not within a round.
  TimerOptions options;
  options.progress = [&](int done, int) { machine.pace = 1.0 + done; };
  const TierProfile profile = time_cuts(graph, steady, options);
  const double whole = static_cast<double>(profile.cuts.front().suffix.median.count());
  for (const CutTimes& cut : profile.cuts) {
    const auto sum = static_cast<double>((cut.prefix.median + cut.suffix.median).count());
    EXPECT_NEAR(sum, whole, 2) << "unit " << cut.unit;
  }
}

TEST(UnitTimer, SlowdownMultipliesEverything) {
  const auto graph = branchline::testing::narrow_chain();
  FakeMachine machine{graph};
  TimerOptions options;
  options.slowdown = 8;
  const TierProfile profile = time_cuts(graph, machine.runner(), options);
  EXPECT_EQ(profile.slowdown, 8);
  EXPECT_EQ(profile.unit_time[3], Duration(8 * 4000));
  EXPECT_EQ(profile.cuts.back().prefix.median, Duration(8 * 5100));
}

TEST(UnitTimer, FewerCutsStillAccountForAllTime) {
  const auto graph = branchline::testing::narrow_chain();
  FakeMachine machine{graph};
  TimerOptions options;
  options.max_cuts = 1;
  const TierProfile profile = time_cuts(graph, machine.runner(), options);
  EXPECT_EQ(profile.cuts.size(), 3u);  // input, one between, exit
  Duration sum{0};
  for (const Duration time : profile.unit_time) sum += time;
  EXPECT_EQ(sum, Duration(5100));
}

TEST(UnitTimer, AHeadGetsOnlyWhatTheTrunkLeavesIt) {
  const auto graph = branchline::testing::branchy_chain();
  FakeMachine machine{graph};
  TimerOptions options;
  options.max_cuts = 1;
  const std::vector<Duration> times = time_cuts(graph, machine.runner(), options).unit_time;
  // Exit 3 divides behind 4: units 1, 3 and 4 share 4000. Exit 2 divides behind 3, at 2500 of 4100.
  EXPECT_NEAR(static_cast<double>(times[4].count()), 1333, 1);
  EXPECT_NEAR(static_cast<double>(times[5].count()), 1600 - 1333, 2);
}

TEST(UnitTimer, NeverDividesWhereAValueCannotTravel) {
  auto graph = branchline::testing::narrow_chain();
  graph.units[2].transmissible = false;
  FakeMachine machine{graph};
  const TierProfile profile = time_cuts(graph, machine.runner(), {});
  for (const CutTimes& cut : profile.cuts) EXPECT_NE(cut.unit, 2);
  EXPECT_EQ(profile.unit_time[2] + profile.unit_time[3], Duration(4300));
}

TEST(UnitTimer, ReportsProgressToTheEnd) {
  const auto graph = branchline::testing::branchy_chain();
  FakeMachine machine{graph};
  int last_done = 0, last_total = -1;
  TimerOptions options;
  options.progress = [&](int done, int total) {
    EXPECT_EQ(done, last_done + 1);
    last_done = done;
    last_total = total;
  };
  time_cuts(graph, machine.runner(), options);
  EXPECT_EQ(last_done, last_total);
}

TEST(WithTimes, FillsOneTimePerTier) {
  auto graph = branchline::testing::narrow_chain();
  graph.digest = "abc";
  Profile profile;
  profile.device.key.digest = "abc";
  profile.device.unit_time.assign(5, Duration(10));
  profile.edge.push_back(profile.device);
  profile.edge[0].unit_time.assign(5, Duration(1));
  const graph::LayerGraph timed = with_times(graph, profile);
  EXPECT_EQ(timed.tiers, (std::vector<Tier>{Tier::device, Tier::edge}));
  EXPECT_EQ(timed.units[3].time[0], Duration(10));
  EXPECT_EQ(timed.units[3].time[1], Duration(1));
}

TEST(WithTimes, RefusesAnotherNetwork) {
  auto graph = branchline::testing::narrow_chain();
  graph.digest = "abc";
  Profile profile;
  profile.device.key.digest = "def";
  profile.device.unit_time.assign(5, Duration(10));
  try {
    with_times(graph, profile);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.kind(), InputKind::model);
    EXPECT_THAT(error.what(), HasSubstr("def"));
  }
  profile.device.key.digest = "abc";
  profile.device.unit_time.resize(4);
  EXPECT_THROW(with_times(graph, profile), InputError);
}

}  // namespace
}  // namespace branchline::profile
