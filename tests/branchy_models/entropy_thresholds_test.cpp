#include "branchy_models/entropy_thresholds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "branchy_models/random_stream.h"
#include "framework/base/error.h"

namespace branchline::branchy_models {
namespace {

constexpr int kClasses = 5;
const double kGreatestEntropy = std::log(static_cast<double>(kClasses));

/// Three exits whose logits know the label better and better.
ExitOutputs random_outputs(std::int64_t images) {
  ExitOutputs outputs;
  outputs.images = images;
  outputs.classes = kClasses;
  outputs.logits.resize(3);
  RandomStream random({42});
  for (std::int64_t i = 0; i < images; ++i) {
    const auto label = static_cast<int>(random.below(kClasses));
    outputs.labels.push_back(label);
    for (std::size_t exit = 0; exit < 3; ++exit) {
      for (int c = 0; c < kClasses; ++c) {
        const double known = c == label ? 1.5 + static_cast<double>(exit) : 0;
        outputs.logits[exit].push_back(static_cast<float>(known + random.uniform(-2, 2)));
      }
    }
  }
  return outputs;
}

ExitOutputs one_image(std::vector<float> first, std::vector<float> last) {
  return {1, static_cast<std::int64_t>(first.size()), {std::move(first), std::move(last)}, {0}};
}

TEST(Entropy, IsZeroWhenCertainAndTheLogOfTheClassesWhenUniform) {
  const ExitOutputs outputs = one_image({200, 0, 0, 0}, {3, 3, 3, 3});
  EXPECT_NEAR(entropies_at(outputs, 0).at(0), 0, 1e-12);
  EXPECT_NEAR(entropies_at(outputs, 1).at(0), std::log(4.0), 1e-12);
}

TEST(Entropy, IsThatOfTheSoftmax) {
  // softmax of (ln 2, 0) is (2/3, 1/3).
  const ExitOutputs outputs = one_image({std::log(2.0F), 0}, {0, 0});
  const double expected = -(2.0 / 3) * std::log(2.0 / 3) - (1.0 / 3) * std::log(1.0 / 3);
  EXPECT_NEAR(entropies_at(outputs, 0).at(0), expected, 1e-6);
}

TEST(LeaveEarly, ThresholdZeroNeverLeavesEarly) {
  const EarlyLeaving leaving = leave_early(random_outputs(300), {0, 0});
  EXPECT_THAT(leaving.shares, testing::ElementsAre(0, 0, 1));
}

TEST(LeaveEarly, AboveTheGreatestEntropyEveryImageLeavesFirst) {
  const double all = kGreatestEntropy + 1e-9;
  const EarlyLeaving leaving = leave_early(random_outputs(300), {all, all});
  EXPECT_THAT(leaving.shares, testing::ElementsAre(1, 0, 0));
}

TEST(LeaveEarly, CertainImagesStayAtThresholdZero) {
  EXPECT_THAT(leave_early(one_image({1000, 0}, {0, 1}), {0}).shares, testing::ElementsAre(0, 1));
}

TEST(LeaveEarly, SharesAddToOneAndAccuracyIsThatOfTheExitsTaken) {
  const ExitOutputs outputs = random_outputs(500);
  const std::vector<double> accuracy = accuracy_per_exit(outputs);
  for (const double threshold : {0.0, 0.3, 0.7, 1.1, 1.5}) {
    const EarlyLeaving leaving = leave_early(outputs, {threshold, threshold / 2});
    EXPECT_NEAR(std::accumulate(leaving.shares.begin(), leaving.shares.end(), 0.0), 1, 1e-12);
  }
  EXPECT_EQ(leave_early(outputs, {0, 0}).accuracy, accuracy[2]);
  EXPECT_EQ(leave_early(outputs, {9, 0}).accuracy, accuracy[0]);
  EXPECT_EQ(leave_early(outputs, {0, 9}).accuracy, accuracy[1]);
}

TEST(ChooseThresholds, KeepsTheFloorAndLeavesEarly) {
  const ExitOutputs outputs = random_outputs(2000);
  const double deepest = accuracy_per_exit(outputs).back();
  double early_before = -1;
  for (const double allowed : {0.0, 0.01, 0.05, 1.0}) {
    const std::vector<double> thresholds = choose_thresholds(outputs, allowed);
    ASSERT_EQ(thresholds.size(), 2U);
    const EarlyLeaving leaving = leave_early(outputs, thresholds);
    EXPECT_GE(leaving.accuracy, deepest - allowed);
    const double early = 1 - leaving.shares.back();
    EXPECT_GE(early, early_before);
    early_before = early;
  }
  EXPECT_GT(early_before, 0.99);  // everything is allowed: nearly all leave early
}

TEST(ChooseThresholds, OneExitNeedsNone) {
  ExitOutputs outputs = random_outputs(10);
  outputs.logits.resize(1);
  EXPECT_TRUE(choose_thresholds(outputs, 0.005).empty());
}

TEST(EverySecond, SplitsIntoTwoHalves) {
  const ExitOutputs outputs = random_outputs(7);
  const ExitOutputs even = every_second(outputs, false);
  const ExitOutputs odd = every_second(outputs, true);
  EXPECT_EQ(even.images, 4);
  EXPECT_EQ(odd.images, 3);
  EXPECT_EQ(odd.labels.at(1), outputs.labels.at(3));
  EXPECT_EQ(odd.logits.at(2).at(kClasses), outputs.logits.at(2).at(3 * kClasses));
}

}  // namespace
}  // namespace branchline::branchy_models
