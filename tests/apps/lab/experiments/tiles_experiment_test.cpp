#include "apps/lab/experiments/tiles_experiment.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace branchline::lab {
namespace {

TEST(TilesExperiment, PrintsTheTableAndTheGroups) {
  const std::string report = tiles_report();
  EXPECT_THAT(report, ::testing::HasSubstr("14       1.49 / 2.7 / 1.89"));
  const auto json = nlohmann::json::parse(tiles_json());
  EXPECT_EQ(json["redundancy"].size(), 15U);
  ASSERT_EQ(json["groupings"].size(), 8U);
  EXPECT_LT(json["groupings"][5]["total_ns"].get<std::int64_t>(),
            json["groupings"][4]["total_ns"].get<std::int64_t>())
      << "two workers behind a fast link beat one";
}

}  // namespace
}  // namespace branchline::lab
