#include "framework/base/unit_ranges.h"

#include <gtest/gtest.h>

namespace branchline {
namespace {

using Ids = std::vector<std::int32_t>;

TEST(UnitRanges, MergesNeighboursAndDropsDuplicates) {
  EXPECT_EQ(to_ranges({7, 1, 2, 2, 0, 3}), (UnitRanges{{0, 3}, {7, 7}}));
  EXPECT_EQ(to_ranges({}), UnitRanges{});
  EXPECT_EQ(to_ranges({5}), (UnitRanges{{5, 5}}));
}

TEST(UnitRanges, RoundTripsEverySubsetOfTen) {
  for (unsigned mask = 0; mask < 1024; ++mask) {
    Ids units;
    for (std::int32_t id = 0; id < 10; ++id) {
      if ((mask >> id) & 1U) units.push_back(id);
    }
    const UnitRanges ranges = to_ranges(units);
    EXPECT_EQ(to_units(ranges), units);
    EXPECT_EQ(unit_count(ranges), static_cast<std::int64_t>(units.size()));
    for (std::size_t place = 1; place < ranges.size(); ++place) {
      EXPECT_GT(ranges[place].first, ranges[place - 1].last + 1) << to_string(ranges);
    }
  }
}

TEST(UnitRanges, ContainsItsUnitsOnly) {
  const UnitRanges ranges = {{2, 4}, {9, 9}};
  for (std::int32_t id = 0; id < 12; ++id) {
    EXPECT_EQ(contains(ranges, id), (id >= 2 && id <= 4) || id == 9) << id;
  }
}

TEST(UnitRanges, ReadsLikeAPageRange) {
  EXPECT_EQ(to_string(UnitRanges{{0, 4}, {7, 7}, {9, 11}}), "0-4,7,9-11");
  EXPECT_EQ(to_string(UnitRanges{}), "none");
}

}  // namespace
}  // namespace branchline
