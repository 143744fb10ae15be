#include "apps/lab/experiments/emulation/link_check.h"

#include <gmock/gmock.h>

namespace branchline::lab {
namespace {

using ::testing::ElementsAre;

TEST(LinkCheck, SendsFramesThatTakeThreeSecondsAtMost) {
  EXPECT_THAT(frame_sizes(0.5), ElementsAre(1024, 4096, 16384, 65536));
  EXPECT_THAT(frame_sizes(32), ElementsAre(1024, 4096, 16384, 65536, 262144, 1048576));
}

TEST(LinkCheck, ComparesAtTheGoodputMeasured) {
  LinkCell cell;
  cell.rate_mbps = 1;
  cell.frame_bytes = 100000;
  EXPECT_DOUBLE_EQ(cell.ideal_ms(), 800) << "no tbf: the emulator has the rate itself";
  EXPECT_FALSE(cell.ratio());
  cell.bucket_goodput_mbps = 0.8;
  cell.emulator_ms = {1010, 1000, 1020};
  cell.bucket_ms = {959.5, 950, 970};
  EXPECT_DOUBLE_EQ(cell.ideal_ms(), 1000);
  EXPECT_DOUBLE_EQ(*cell.ratio(), 0.95);
}

TEST(LinkCheck, ABucketIsALinkFromEightBurstsOn) {
  LinkCell cell;
  cell.frame_bytes = 8 * kBurstBytes - 1;
  EXPECT_FALSE(cell.honest());
  cell.frame_bytes = 8 * kBurstBytes;
  EXPECT_TRUE(cell.honest());
}

}  // namespace
}  // namespace branchline::lab
