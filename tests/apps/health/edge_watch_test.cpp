#include "apps/health/edge_watch.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "apps/health/systemd_notify.h"
#include "notify_socket.h"
#include "sample_report.h"
#include "tests/support/eventually.h"

namespace branchline::apps {
namespace {

using namespace std::chrono_literals;
using branchline::testing::eventually;

class EdgeWatchTest : public ::testing::Test {
 protected:
  EdgeWatchTest() {
    setenv("WATCHDOG_USEC", "40000", 1);
    health_.begin_serving({}, branchline::testing::sample_metrics);
  }
  ~EdgeWatchTest() override { unsetenv("WATCHDOG_USEC"); }

  EdgeStatus look() {
    ++looks_;
    EdgeStatus status;
    status.overdue = overdue_.load();
    return status;
  }
  EdgeWatch watch() {
    return {health_, [this] { return look(); }, [this](int, const std::string&) { ++logged_; }};
  }

  const branchline::testing::NotifySocket manager_;
  SystemTime time_;
  EdgeHealth health_{branchline::testing::sample_facts(), time_};
  std::atomic<Duration> overdue_{Duration(0)};
  std::atomic<int> looks_{0}, logged_{0};
};

TEST_F(EdgeWatchTest, PetsTheWatchdogAgainAndAgain) {
  const EdgeWatch watching = watch();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(manager_.next(), "WATCHDOG=1");
  EXPECT_EQ(logged_, 0);
}

TEST_F(EdgeWatchTest, LetsTheWatchdogBiteWhenTheEdgeIsStuckAndLogsItOnce) {
  overdue_ = 31s;
  {
    const EdgeWatch watching = watch();
    EXPECT_TRUE(eventually(10s, [&] { return looks_ >= 5; }));
  }
  EXPECT_FALSE(health_.report().live());
  EXPECT_EQ(logged_, 1);
  ASSERT_TRUE(notify_systemd("END=1"));
  EXPECT_EQ(manager_.next(), "END=1") << "nobody petted it";
}

TEST_F(EdgeWatchTest, LooksAtTheEdgeWithoutAWatchdogToo) {
  unsetenv("WATCHDOG_USEC");
  const EdgeWatch watching = watch();
  EXPECT_TRUE(eventually(10s, [&] { return looks_ >= 2; }));
}

}  // namespace
}  // namespace branchline::apps
