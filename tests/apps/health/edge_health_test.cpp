#include "apps/health/edge_health.h"

#include <gtest/gtest.h>

#include "sample_report.h"
#include "tests/support/fake_clock.h"

namespace branchline::apps {
namespace {

using namespace std::chrono_literals;

class EdgeHealthTest : public ::testing::Test {
 protected:
  void serve() { health_.begin_serving({"net (digest)"}, branchline::testing::sample_metrics); }

  branchline::testing::FakeClock clock_;
  EdgeHealth health_{branchline::testing::sample_facts(), clock_};
};

TEST_F(EdgeHealthTest, IsLiveButNotReadyWhileModelsLoad) {
  clock_.advance(10min);  // however long that takes
  EXPECT_TRUE(health_.report().live());
  EXPECT_FALSE(health_.report().ready());
  EXPECT_EQ(health_.report().uptime, 10min);
}

TEST_F(EdgeHealthTest, IsReadyOnceItServes) {
  serve();
  EXPECT_TRUE(health_.report().ready());
  EXPECT_EQ(health_.report().metrics.answered, 3u);
  EXPECT_EQ(health_.report().networks, std::vector<std::string>{"net (digest)"});
}

TEST_F(EdgeHealthTest, StaysLiveWhileItDrains) {
  serve();
  health_.begin_drain();
  EXPECT_TRUE(health_.report().live());
  EXPECT_FALSE(health_.report().ready());
}

TEST_F(EdgeHealthTest, IsStuckWhenARequestComputesLongPastItsDeadline) {
  serve();
  EdgeStatus status;
  status.overdue = EdgeHealth::kStuckAfter;
  health_.publish(status);
  EXPECT_TRUE(health_.report().live());
  status.overdue += 1ms;
  health_.publish(status);
  EXPECT_FALSE(health_.report().live());
  EXPECT_FALSE(health_.report().ready());
  EXPECT_EQ(health_.report().stuck, "a request still computes 30 s past its deadline");
  health_.publish({});
  EXPECT_TRUE(health_.report().live()) << "it came through";
}

TEST_F(EdgeHealthTest, IsStuckWhenNothingIsPublishedForLong) {
  serve();
  clock_.advance(EdgeHealth::kStuckAfter);
  EXPECT_TRUE(health_.report().live());
  clock_.advance(1s);
  EXPECT_EQ(health_.report().stuck, "the queue has not answered for 31 s");
  health_.publish({});
  EXPECT_TRUE(health_.report().live());
}

}  // namespace
}  // namespace branchline::apps
