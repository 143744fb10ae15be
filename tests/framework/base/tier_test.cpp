#include "framework/base/tier.h"

#include <gtest/gtest.h>

namespace branchline {
namespace {

TEST(Tier, FindsItselfByName) {
  for (const Tier tier : {Tier::device, Tier::edge, Tier::cloud}) {
    EXPECT_EQ(tier_from_name(name_of(tier)), tier);
  }
  EXPECT_EQ(tier_from_name("fog"), std::nullopt);
  EXPECT_EQ(tier_from_name("Device"), std::nullopt);
}

TEST(Tier, OrdersFromTheInputOutwards) {
  EXPECT_LT(Tier::device, Tier::edge);
  EXPECT_LT(Tier::edge, Tier::cloud);
}

}  // namespace
}  // namespace branchline
