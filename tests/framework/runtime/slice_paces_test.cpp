#include "framework/runtime/slice_paces.h"

#include <gtest/gtest.h>

namespace branchline::runtime {
namespace {

using std::chrono::milliseconds;

TEST(SlicePaces, AreTheQuickestOfTheFirstRunsInARow) {
  SlicePaces paces;
  EXPECT_EQ(paces.of("u:1-4"), std::nullopt);
  for (const int took : {6, 4, 40, 5, 5}) paces.add("u:1-4", milliseconds(took));
  paces.add("u:5-6", milliseconds(1));
  EXPECT_EQ(paces.of("u:1-4"), milliseconds(4));
  EXPECT_EQ(paces.of("u:5-6"), milliseconds(1));
  paces.add("u:1-4", milliseconds(3));
  EXPECT_EQ(paces.of("u:1-4"), milliseconds(4)) << "known before";
}

TEST(SlicePaces, AreKnownAfterSomeRunsAndSomeTime) {
  SlicePaces paces;
  EXPECT_FALSE(paces.known("u:1-4"));
  for (int run = 0; run < 4; ++run) paces.add("u:1-4", milliseconds(10));
  EXPECT_FALSE(paces.known("u:1-4")) << "four runs";
  paces.add("u:1-4", milliseconds(10));
  EXPECT_TRUE(paces.known("u:1-4"));
  for (int run = 0; run < 14; ++run) paces.add("u:5-6", milliseconds(2));
  EXPECT_FALSE(paces.known("u:5-6")) << "28 ms";
  paces.add("u:5-6", milliseconds(2));
  EXPECT_TRUE(paces.known("u:5-6"));
}

TEST(SlicePaces, OfANetworkAreOneWhileSomebodyHoldsThem) {
  const auto device = SlicePaces::of_network("a");
  device->add("u:1-4", milliseconds(4));
  EXPECT_EQ(SlicePaces::of_network("a")->of("u:1-4"), milliseconds(4));
  EXPECT_EQ(SlicePaces::of_network("b")->of("u:1-4"), std::nullopt);
}

}  // namespace
}  // namespace branchline::runtime
