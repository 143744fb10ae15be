#include "apps/lab/sweep/stop_point.h"

#include <gtest/gtest.h>

#include <csignal>
#include <future>

namespace branchline::lab {
namespace {

TEST(StopPoint, EndsAProfileBetweenTwoSlices) {
  const StopFlag stop;
  int slices = 0;
  const profile::RunSlice run = stoppable(
      [&](const slice::SliceSpec&, int, int runs) {
        ++slices;
        return std::vector<Duration>(static_cast<std::size_t>(runs));
      },
      stop);
  EXPECT_EQ(run({}, 1, 5).size(), 5U);
  std::raise(SIGINT);
  EXPECT_FALSE(stop.wait_until(TimePoint::max()));
  EXPECT_THROW(run({}, 1, 5), Stopped);
  EXPECT_EQ(slices, 1);
}

TEST(StopPoint, EndsWhatHearsOfNoFlag) {
  const StopFlag stop;
  std::promise<void> acted;
  {
    const OnStop gone(stop, [] { FAIL() << "it lived no more"; });
  }
  const OnStop here(stop, [&] { acted.set_value(); });
  std::raise(SIGINT);
  acted.get_future().wait();
}

}  // namespace
}  // namespace branchline::lab
