#include <gtest/gtest.h>

#include "framework/profile/exit_segments.h"
#include "framework/profile/slice_inputs.h"
#include "framework/profile/stopwatch.h"
#include "framework/profile/unit_timer.h"
#include "framework/slice/compute_threads.h"

namespace branchline::profile {
namespace {

std::shared_ptr<const model::Model> small_model() {
  static const auto model = model::Model::load(std::string(BRANCHLINE_SOURCE_DIR) +
                                               "/branchy_models/pretrained/b_lenet-fashion.pt");
  return model;
}

TEST(LocalTimer, RunsEveryPrefixAndSuffixOfARealModel) {
  slice::set_compute_threads(1);
  const auto model = small_model();
  slice::SliceCache cache(256ll << 20);
  const graph::LayerGraph& graph = model->layers();
  TimerOptions options;
  options.runs = 4;
  options.warmup = 1;
  const TierProfile profile = time_cuts(graph, local_runs(model, cache), options);
  EXPECT_EQ(profile.unit_time.size(), graph.units.size());
  Duration sum{0};
  for (const Duration time : profile.unit_time) {
    EXPECT_GE(time, Duration(0));
    sum += time;
  }
  EXPECT_GT(sum, Duration(0));
  for (int exit = 0; exit < graph.exit_count(); ++exit) {
    EXPECT_TRUE(std::any_of(profile.cuts.begin(), profile.cuts.end(), [&](const CutTimes& cut) {
      return cut.exit == exit && cut.unit == 0 && cut.suffix.runs > 0;
    }));
  }
}

TEST(LocalTimer, MakesTheSameInputsAtEveryCall) {
  const auto model = small_model();
  const auto units = whole_of(model->layers(), 0).units;
  const auto first = slice_inputs(*model, units), second = slice_inputs(*model, units);
  ASSERT_EQ(first.size(), second.size());
  for (std::size_t i = 0; i < first.size(); ++i) EXPECT_TRUE(first[i].equal(second[i]));
}

TEST(LocalTimer, KeyTellsNetworkMachineThreadsAndLibTorch) {
  slice::set_compute_threads(1);
  const ProfileKey key = local_key(small_model()->layers());
  EXPECT_EQ(key.digest, small_model()->digest());
  EXPECT_FALSE(key.machine.empty());
  EXPECT_EQ(key.threads, 1);
  EXPECT_FALSE(key.libtorch.empty());
}

TEST(Stopwatch, CountsComputeAndNeverRunsBackwards) {
  const Stopwatch watch;
  double sum = 0;
  for (int i = 0; i < 1'000'000; ++i) sum += 1.0 / (1 + i);
  EXPECT_GT(sum, 1);
  const Duration first = watch.elapsed();
  EXPECT_GT(first, Duration(0));
}

}  // namespace
}  // namespace branchline::profile
