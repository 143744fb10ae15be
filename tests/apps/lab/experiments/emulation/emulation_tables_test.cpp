#include "apps/lab/experiments/emulation/emulation_tables.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

LinkCell link_cell(std::size_t bytes, double emulator_ms, double bucket_ms) {
  LinkCell cell{2, 1.9, bytes, {emulator_ms, emulator_ms, emulator_ms}, std::nullopt};
  cell.bucket_ms = Estimate{bucket_ms, bucket_ms, bucket_ms};
  return cell;
}

DeviceCell device_cell(std::optional<Duration> period, double work_ms, double measured) {
  return {4, period, 10, work_ms, {measured, measured, measured}};
}

/// Small frames and short work are far apart, and count for nothing.
EmulationCheck sample_check() {
  EmulationCheck check;
  check.network = "net";
  check.links.cells = {link_cell(1024, 4, 0.1), link_cell(65536, 280, 266),
                       link_cell(262144, 1100, 1078)};
  check.devices.cells = {device_cell(std::nullopt, 30, 4.4), device_cell(100ms, 30, 1.5),
                         device_cell(10ms, 30, 4), device_cell(std::nullopt, 300, 4.2),
                         device_cell(100ms, 300, 4)};
  return check;
}

TEST(EmulationVerdict, JudgesInTheHonestRangeAlone) {
  const auto verdicts = verdicts_on(sample_check());
  ASSERT_EQ(verdicts.size(), 3U);
  EXPECT_EQ(verdicts[0].compared, 2U);
  EXPECT_NEAR(verdicts[0].worst, 0.05, 1e-9);
  EXPECT_NEAR(verdicts[0].median, 0.02, 1e-9);
  EXPECT_TRUE(verdicts[0].holds());
  EXPECT_EQ(verdicts[0].sentence(),
            "link emulator against tc tbf, frames of 8 bursts and more: 5.0 % apart at worst, "
            "2.0 % in the median of 2 (goal 10 %)");
  EXPECT_NEAR(verdicts[1].worst, 0.1, 1e-9) << "4.4 for 4";
  EXPECT_EQ(verdicts[2].compared, 1U) << "30 ms of work are too short, shares of 2.5 ms too small";
  EXPECT_NEAR(verdicts[2].worst, 0.05, 1e-9) << "4.2 over 4";
}

TEST(EmulationVerdict, MissesTheGoalWhenOneCellDoes) {
  EmulationCheck check = sample_check();
  check.links.cells.push_back(link_cell(1048576, 4000, 4500));
  EXPECT_FALSE(verdicts_on(check)[0].holds());
}

TEST(EmulationVerdict, IsNotGivenOnWhatCouldNotBeCompared) {
  EmulationCheck check = sample_check();
  for (LinkCell& cell : check.links.cells) {
    cell.bucket_goodput_mbps.reset();
    cell.bucket_ms.reset();
  }
  check.links.unavailable = "'tc qdisc' failed: sh: 1: tc: not found (apt install iproute2)";
  check.devices.cells = {device_cell(std::nullopt, 30, 4)};
  check.devices.unavailable = "no cgroups";
  EXPECT_EQ(verdicts_on(check).size(), 1U);
  EXPECT_THAT(
      impossible_checks(check),
      ElementsAre("The link emulator was not checked against tc tbf: " + check.links.unavailable,
                  "The slow-down was not checked against a cpu quota: no cgroups"));
  EXPECT_THAT(emulation_text(check), HasSubstr("apt install iproute2"));
  EXPECT_THAT(link_cells_csv(check.links.cells),
              HasSubstr("/1,2,,2,1024,4.096,4,4,4,2.048,,,,,0.976562,,,no\n"));
}

TEST(EmulationVerdict, SaysThatNothingWasInTheHonestRange) {
  EmulationCheck check = sample_check();
  check.links.cells.resize(1);
  check.devices.cells.resize(3);
  EXPECT_EQ(verdicts_on(check).size(), 1U);
  EXPECT_THAT(impossible_checks(check),
              ElementsAre("The link emulator was not checked against tc tbf: no frame is 8 bursts "
                          "long",
                          "The slow-down was not checked against a cpu quota: no work is 10 "
                          "periods long, in shares of 10 ms"));
}

TEST(EmulationTables, SayWhatWasMeasured) {
  const EmulationCheck check = sample_check();
  EXPECT_THAT(link_cells_csv(check.links.cells),
              HasSubstr("branchline.emulation_link/1,2,1.9,1.9,65536,275.941,280,280,280,1.87246,"
                        "266,266,266,1.97101,1.01471,0.963974,0.95,yes\n"));
  EXPECT_THAT(device_cells_csv(check.devices.cells),
              HasSubstr("/1,4,quota in 100 ms,100,10,30,1.5,1.5,1.5,0.375,no\n"));
  EXPECT_THAT(device_cells_csv(check.devices.cells),
              HasSubstr("/1,4,rests,,10,300,4.2,4.2,4.2,1.05,yes\n"));
  const auto json = nlohmann::json::parse(emulation_json(check));
  EXPECT_EQ(json["schema"], "branchline.emulation/1");
  EXPECT_EQ(json["checks"].size(), 3U);
  EXPECT_EQ(json["checks"][0]["holds"], true);
  EXPECT_TRUE(json["notes"].empty());
  EXPECT_THAT(emulation_text(check), HasSubstr("ok    link emulator against tc tbf"));
}

}  // namespace
}  // namespace branchline::lab
