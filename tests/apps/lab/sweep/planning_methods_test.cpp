#include "apps/lab/sweep/planning_methods.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "framework/base/error.h"
#include "framework/model/model_manifest.h"
#include "tests/apps/lab/sweep/sample_network.h"

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;

constexpr double kSlow = 500, kFast = 1e7;  // bytes/s

class PlanningMethods : public ::testing::Test {
 protected:
  PlanningDesk desk(double bytes_per_s) const {
    return {network_, {bytes_per_s, bytes_per_s, 10ms}, {kSlow, kFast}};
  }
  std::optional<MethodPlan> plan(const std::string& method, double rate, Duration deadline) const {
    return desk(rate).choose(method, deadline).plan;
  }
  int deepest() const { return network_.graph.exit_count() - 1; }

  const LabNetwork network_ = testing::sample_network();
};

TEST_F(PlanningMethods, AreNamedAndSuggested) {
  for (const std::string& method : method_names()) EXPECT_NO_THROW(check_method(method, "x"));
  EXPECT_NO_THROW(check_method("edgent+codecs", "x"));
  EXPECT_THROW(check_method("edgent+codec", "x"), InputError);
  EXPECT_THROW(check_method("branchline+codecs", "x"), InputError);
  EXPECT_THROW(check_method("branchline-uninsured+codecs", "x"), InputError);
  EXPECT_NO_THROW(check_method(kEngineMethod, "x"));
}

TEST_F(PlanningMethods, WithoutADeadlineTakeTheDeepestExit) {
  for (const std::string method : {"device-only", "edge-only", "partition-only"}) {
    const auto late = plan(method, kSlow, 1ms);
    ASSERT_TRUE(late) << method;
    EXPECT_EQ(late->plan.exit, deepest()) << method;
  }
  EXPECT_FALSE(plan("device-only", kFast, 1s)->runnable.remote);
  EXPECT_TRUE(plan("edge-only", kSlow, 1s)->runnable.remote);
  EXPECT_FALSE(plan("partition-only", kSlow, 1s)->runnable.remote);
}

TEST_F(PlanningMethods, WithOneTakeTheDeepestExitInTime) {
  for (const std::string method :
       {"edgent", "edgent-static", "edgent-dynamic", "edgent+codecs", "branchline-uninsured"}) {
    const auto slow = plan(method, kSlow, 150ms), fast = plan(method, kFast, 150ms);
    ASSERT_TRUE(slow && fast) << method;
    EXPECT_LT(slow->plan.exit, deepest()) << method;
    EXPECT_LE(slow->plan.predicted, 150ms) << method;
    if (method != "edgent-dynamic") {
      EXPECT_EQ(fast->plan.exit, deepest()) << method;
    }
    EXPECT_FALSE(plan(method, kSlow, 1ms)) << method;
  }
}

TEST_F(PlanningMethods, SendWhatTheirPapersSend) {
  const auto published = plan("edge-only", kFast, 1s),
             encoded = plan("edge-only+codecs", kFast, 1s);
  ASSERT_TRUE(published && encoded);
  EXPECT_EQ(published->codec, "raw");
  EXPECT_EQ(published->runnable.remote->sent.front().unit, 1) << "the normalised tensor";
  EXPECT_EQ(encoded->runnable.remote->sent.front().unit, 0) << "the picture";
  EXPECT_GT(published->plan.uplink_bytes, encoded->plan.uplink_bytes);
  EXPECT_FALSE(plan("partition-only", 4000, 1s)->runnable.remote)
      << "dear, though a picture is not";
  EXPECT_TRUE(plan("partition-only", 20'000, 1s)->runnable.remote);
}

TEST_F(PlanningMethods, AreSimulatedAsPredicted) {
  for (const std::string& method : method_names()) {
    if (method == kEngineMethod) continue;
    const auto priced = plan(method, 50'000, 300ms);
    if (priced) {
      EXPECT_EQ(priced->simulated, priced->plan.predicted) << method;
    }
  }
}

TEST_F(PlanningMethods, HaveNoPlanOfTheEngine) {
  EXPECT_THROW(plan(kEngineMethod, kFast, 1s), std::logic_error);
}

TEST_F(PlanningMethods, CallWhatIsMeasuredAlikeByOneName) {
  EXPECT_EQ(plan("device-only", kSlow, 1s)->key, plan("partition-only", kSlow, 1s)->key);
  LabNetwork network = testing::sample_network();
  const auto key = [&] {
    return PlanningDesk(network, {kSlow, kSlow, 10ms}, {}).choose("edge-only+codecs", 1s).plan->key;
  };
  const std::string raw = key();
  network.sendings = {{{0, 0}, transport::Codec::png, 20, 1us}};
  EXPECT_NE(key(), raw) << "the same slices, another codec";
}

TEST_F(PlanningMethods, StaticEdgentBelievesItsRegressions) {
  LabNetwork dear = testing::sample_network();
  for (LayerTime& layer : dear.layers.device) layer.median *= 10;
  const PlanningDesk alone(dear, {kSlow, kSlow, 10ms}, {kSlow});
  EXPECT_LT(alone.choose("edgent-static", 800ms).plan->plan.exit,
            alone.choose("edgent", 800ms).plan->plan.exit);
  LabNetwork busy = testing::sample_network();
  for (LayerTime& layer : busy.layers.edge) layer.median *= 1000;
  const PlanningDesk beside(busy, {kFast, kFast, 10ms}, {kFast});
  EXPECT_TRUE(beside.choose("edgent", 800ms).plan->runnable.remote);
  EXPECT_FALSE(beside.choose("edgent-static", 800ms).plan->runnable.remote);
}

TEST_F(PlanningMethods, DynamicEdgentLooksItsOwnLinkUp) {
  const auto slow = plan("edgent-dynamic", kSlow, 150ms),
             fast = plan("edgent-dynamic", kFast, 150ms);
  ASSERT_TRUE(slow && fast);
  EXPECT_FALSE(slow->runnable.remote);
  EXPECT_TRUE(fast->runnable.remote);
}

TEST_F(PlanningMethods, CountTheBytesOfFramesBothWays) {
  LabNetwork bare = testing::sample_network();
  bare.up_overhead = bare.down_overhead = 0;
  const PlanningDesk without(bare, {kFast, kFast, 10ms}, {kFast});
  for (const std::string method : {"edge-only", "edge-only+codecs"}) {
    const planner::Plan with = plan(method, kFast, 1s)->plan;
    const planner::Plan plain = without.choose(method, 1s).plan->plan;
    EXPECT_EQ(with.uplink_bytes, plain.uplink_bytes + 200) << method;
    EXPECT_EQ(with.downlink_bytes, plain.downlink_bytes + 100) << method;
  }
}

TEST_F(PlanningMethods, BranchlineSendsThroughTheCodecThatItPricesBy) {
  LabNetwork network = testing::sample_network();
  network.sendings = {{{0, 0}, transport::Codec::png, 20, 1us}};
  const PlanningDesk desk(network, {50'000, 50'000, 10ms}, {50'000});
  const auto plan = desk.choose("branchline-uninsured", 150ms).plan;
  ASSERT_TRUE(plan && plan->runnable.remote);
  EXPECT_EQ(plan->codec, "png");
  EXPECT_EQ(plan->plan.uplink_bytes, 20 + network.up_overhead);
}

TEST_F(PlanningMethods, LoseTheAccuracyThatTheirCodecsCost) {
  LabNetwork network = testing::sample_network();
  model::ModelManifest manifest = model::read_manifest(network.file);
  manifest.codecs = {{"jpeg", {0.59, 0.79, 0.89}}};
  const std::string file = network.file + ".lossy.pt";
  std::filesystem::copy_file(network.file, file, std::filesystem::copy_options::overwrite_existing);
  model::write_manifest(file, manifest);
  network.model = model::Model::load(file);
  network.sendings = {{{0, 0}, transport::Codec::jpeg, 20, 1us}};
  const PlanningDesk desk(network, {kSlow, kSlow, 10ms}, {kSlow});
  const auto lossy = desk.choose("edge-only+codecs", 1s).plan;
  ASSERT_TRUE(lossy);
  EXPECT_EQ(lossy->codec, "jpeg");
  EXPECT_DOUBLE_EQ(lossy->accuracy.value(), 0.89);
  EXPECT_DOUBLE_EQ(desk.choose("edge-only", 1s).plan->accuracy.value(), 0.9);
}

}  // namespace
}  // namespace branchline::lab
