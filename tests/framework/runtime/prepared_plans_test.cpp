#include "framework/runtime/prepared_plans.h"

#include <gmock/gmock.h>

#include <future>
#include <thread>

#include "edge_questions.h"
#include "framework/profile/exit_segments.h"
#include "tests/support/fake_clock.h"

namespace branchline::runtime {
namespace {

using namespace std::chrono_literals;
using branchline::testing::FakeClock;
using branchline::testing::tiny_model;
using ::testing::HasSubstr;

EdgePlan whole_exit(int exit) {
  const graph::LayerGraph& graph = tiny_model()->layers();
  const slice::SliceSpec spec = profile::whole_of(graph, exit);
  return {exit, spec.units, slice::inputs_of(graph, spec.units), spec.outputs};
}

/// Its output is not one of its units', so that its slice does not compile.
EdgePlan broken() {
  EdgePlan plan = whole_exit(0);
  plan.outputs = whole_exit(2).outputs;
  return plan;
}

class PreparedPlansTest : public ::testing::Test {
 protected:
  struct Outcome {
    std::string error;
    bool at_once = false;  ///< told before prepare() returned: nothing was compiled
  };

  /// Runs the edge's background work until the plan is ready or has failed.
  Outcome prepare(PreparedPlans& plans, const EdgePlan& plan) {
    const auto told = std::make_shared<std::promise<Outcome>>();
    std::future<Outcome> outcome = told->get_future();
    const auto then = [told, caller = std::this_thread::get_id()](const std::string& error) {
      told->set_value({error, caller == std::this_thread::get_id()});
    };
    const bool begun = plans.prepare(tiny_model(), plan, then);
    EXPECT_TRUE(begun);
    std::thread worker([this, &outcome] {
      while (outcome.wait_for(1ms) != std::future_status::ready) queue_.run_one(false);
    });
    worker.join();
    return outcome.get();
  }

  FakeClock clock_;
  EdgeQueue queue_{clock_, {}};
};

TEST_F(PreparedPlansTest, CompilesAPlanOnce) {
  PreparedPlans plans({}, queue_, clock_);
  EXPECT_FALSE(plans.find(tiny_model(), whole_exit(1)));
  const Outcome first = prepare(plans, whole_exit(1));
  EXPECT_EQ(first.error, "");
  EXPECT_FALSE(first.at_once);
  EXPECT_TRUE(plans.find(tiny_model(), whole_exit(1)));
  const Outcome second = prepare(plans, whole_exit(1));
  EXPECT_EQ(second.error, "");
  EXPECT_TRUE(second.at_once);
}

TEST_F(PreparedPlansTest, DoesNotCompileAtOnceWhatJustFailed) {
  PreparedPlans plans({}, queue_, clock_);
  EXPECT_EQ(plans.failure(tiny_model(), broken()), "");
  const Outcome first = prepare(plans, broken());
  EXPECT_THAT(first.error, HasSubstr("unit"));
  EXPECT_FALSE(first.at_once);
  EXPECT_EQ(plans.failure(tiny_model(), broken()), first.error);
  clock_.advance(59s);
  const Outcome second = prepare(plans, broken());
  EXPECT_EQ(second.error, first.error);
  EXPECT_TRUE(second.at_once);
  EXPECT_EQ(prepare(plans, whole_exit(0)).error, "") << "other plans of the model still compile";
}

TEST_F(PreparedPlansTest, TriesAgainLaterWhatFailed) {
  PreparedPlans plans({}, queue_, clock_);
  const Outcome first = prepare(plans, broken());
  clock_.advance(61s);
  EXPECT_EQ(plans.failure(tiny_model(), broken()), "");
  const Outcome second = prepare(plans, broken());
  EXPECT_EQ(second.error, first.error);
  EXPECT_FALSE(second.at_once);
}

TEST_F(PreparedPlansTest, RemembersNoMoreFailuresThanPlans) {
  PreparedPlans::Limits limits;
  limits.max_known = 1;
  PreparedPlans plans(limits, queue_, clock_);
  prepare(plans, broken());
  EXPECT_NE(plans.failure(tiny_model(), broken()), "");
  prepare(plans, whole_exit(0));
  EXPECT_EQ(plans.failure(tiny_model(), broken()), "");
}

TEST_F(PreparedPlansTest, RemembersThatThePiecesDoNotFitIntoTheCacheTogether) {
  PreparedPlans::Limits limits;
  limits.slice_cache_bytes = 1;  // keeps the latest slice only
  limits.piece = 1ns;
  PreparedPlans plans(limits, queue_, clock_);
  const Outcome first = prepare(plans, whole_exit(2));
  EXPECT_THAT(first.error, HasSubstr("do not fit"));
  const Outcome second = prepare(plans, whole_exit(2));
  EXPECT_EQ(second.error, first.error);
  EXPECT_TRUE(second.at_once);
}

}  // namespace
}  // namespace branchline::runtime
