#include "framework/runtime/recent_durations.h"

#include <gtest/gtest.h>

namespace branchline::runtime {
namespace {

using std::chrono::milliseconds;

TEST(RecentDurations, QuantileIsNearestRank) {
  RecentDurations window(100);
  EXPECT_EQ(window.quantile(0.5), Duration::zero());
  for (int sample = 100; sample >= 1; --sample) window.add(milliseconds(sample));
  EXPECT_EQ(window.quantile(0.5), milliseconds(50));
  EXPECT_EQ(window.quantile(0.99), milliseconds(99));
  EXPECT_EQ(window.quantile(0.999), milliseconds(100));
  EXPECT_EQ(window.quantile(0), milliseconds(1));
}

TEST(RecentDurations, ForgetsTheOldest) {
  RecentDurations window(3);
  for (const int sample : {90, 1, 2, 3}) window.add(milliseconds(sample));
  EXPECT_EQ(window.count(), 3u);
  EXPECT_EQ(window.quantile(1), milliseconds(3));
  window.add(milliseconds(4));
  EXPECT_EQ(window.quantile(0), milliseconds(2));
}

TEST(RecentDurations, TheForgivingP99LeavesTwoOutliersOutHoweverFewSamplesThereAre) {
  for (const int usual : {4, 20, 198}) {
    RecentDurations window(200);
    window.add(milliseconds(900));
    window.add(milliseconds(800));
    for (int sample = 0; sample < usual; ++sample) window.add(milliseconds(10));
    EXPECT_EQ(window.forgiving_p99(), milliseconds(10)) << usual;
    window.add(milliseconds(700));
    EXPECT_GE(window.forgiving_p99(), milliseconds(usual < 198 ? 700 : 10))
        << "three are no accident";
  }
  RecentDurations one(200);
  one.add(milliseconds(10));
  EXPECT_EQ(one.forgiving_p99(), milliseconds(10));
}

TEST(RecentDurations, RefusesAWindowWithoutRoom) {
  EXPECT_THROW(RecentDurations(0), std::logic_error);
}

}  // namespace
}  // namespace branchline::runtime
