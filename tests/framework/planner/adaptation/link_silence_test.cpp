#include "framework/planner/adaptation/link_silence.h"

#include <gtest/gtest.h>

#include <limits>

namespace branchline::planner {
namespace {

TEST(LinkSilence, DiesOfSeveralZerosInARowOnly) {
  LinkSilence silence(3);
  EXPECT_EQ(silence.add(0), SampleMeaning::silent);
  EXPECT_EQ(silence.add(0), SampleMeaning::silent);
  EXPECT_EQ(silence.add(1e-9), SampleMeaning::measured);
  EXPECT_EQ(silence.add(0), SampleMeaning::silent);
  EXPECT_EQ(silence.add(-0.0), SampleMeaning::silent);
  EXPECT_FALSE(silence.dead());
  EXPECT_EQ(silence.add(0), SampleMeaning::died);
  EXPECT_TRUE(silence.dead());
  EXPECT_EQ(silence.add(0), SampleMeaning::silent);
  EXPECT_EQ(silence.add(5e6), SampleMeaning::revived);
  EXPECT_FALSE(silence.dead());
  EXPECT_EQ(silence.add(5e6), SampleMeaning::measured);
}

TEST(LinkSilence, ForgetsWhatIsNoMeasurement) {
  LinkSilence silence(2);
  EXPECT_EQ(silence.add(0), SampleMeaning::silent);
  for (const double absurd :
       {-1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
        -std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(silence.add(absurd), SampleMeaning::nothing);
  }
  EXPECT_EQ(silence.add(0), SampleMeaning::died);
}

}  // namespace
}  // namespace branchline::planner
