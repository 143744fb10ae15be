#include "framework/runtime/exit_confidence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>

#include "framework/base/error.h"

namespace branchline::runtime {
namespace {

Tensor logits(std::vector<float> values) {
  auto data = std::make_shared<std::vector<float>>(std::move(values));
  const auto count = static_cast<std::int64_t>(data->size());
  return {std::shared_ptr<const void>(data, data->data()), DType::f32, {1, count}};
}

model::ModelManifest manifest(std::optional<double> first) {
  model::ModelManifest manifest;
  manifest.exits = {{"exit1", 0.6, first, {}}, {"exit2", 0.9, {}, {}}};
  return manifest;
}

TEST(SoftmaxEntropy, IsThatOfTheProbabilities) {
  EXPECT_NEAR(softmax_entropy(logits({0, 0, 0, 0})), std::log(4), 1e-12);
  const double p = 1 / (1 + std::exp(-2.0)), q = 1 - p;
  EXPECT_NEAR(softmax_entropy(logits({2, 0})), -p * std::log(p) - q * std::log(q), 1e-6);
  EXPECT_NEAR(softmax_entropy(logits({1000, 0, -1000})), 0, 1e-12) << "no overflow";
  EXPECT_EQ(softmax_entropy(logits({std::nanf(""), 0})), std::numeric_limits<double>::infinity());
}

TEST(ExitConfidence, IsSureBelowTheExitsThreshold) {
  const ExitConfidence confidence(manifest(0.5));
  EXPECT_TRUE(confidence.sure(0, logits({5, 0, 0})));
  EXPECT_FALSE(confidence.sure(0, logits({1, 0, 0})));
  EXPECT_FALSE(confidence.sure(1, logits({50, 0, 0}))) << "the last exit answers anyway";
}

/// BranchyNet: at T = 0 nobody leaves early, above log of the classes everybody at the first exit.
TEST(ExitConfidence, LeavesNeverAtZeroAndAlwaysAboveTheLargestEntropy) {
  const ExitConfidence never(manifest(0)), always(manifest(std::log(3) + 1e-6));
  for (const float margin : {0.0F, 1.0F, 20.0F, 200.0F}) {
    EXPECT_FALSE(never.sure(0, logits({margin, 0, 0})));
    EXPECT_TRUE(always.sure(0, logits({margin, 0, 0})));
  }
}

TEST(ExitConfidence, NeedsACalibratedModel) {
  EXPECT_THROW(ExitConfidence{manifest({})}, InputError);
  EXPECT_FALSE(ExitConfidence().any());
}

}  // namespace
}  // namespace branchline::runtime
