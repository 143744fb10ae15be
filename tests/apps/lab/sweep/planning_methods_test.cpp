#include "apps/lab/sweep/planning_methods.h"

#include <gtest/gtest.h>

#include "framework/base/error.h"
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
  EXPECT_NE(plan("edge-only", kFast, 1s)->key, plan("edge-only+codecs", kFast, 1s)->key);
}

}  // namespace
}  // namespace branchline::lab
