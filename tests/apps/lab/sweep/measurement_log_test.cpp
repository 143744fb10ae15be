#include "apps/lab/sweep/measurement_log.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "framework/base/error.h"
#include "tests/branchy_models/temporary_folder.h"

namespace branchline::lab {
namespace {

const MeasurementLog::Key kKey{"abc", "exit 2 edge 3-5,7 as int8", "500kbit delay 5 ms", 12.5, 1};
const PlanSample kSample{Duration(10), Duration(4), Duration(3), Duration(2), Duration(1), 7, 8};
const PlanSample kStreamed{Duration(10), {}, {}, {}, {}, 7, 8, false, Duration(50)};

TEST(MeasurementLog, GivesBackWhatARunBeforeMeasured) {
  const branchy_models::TemporaryFolder folder;
  const std::string file = folder.path("measurements.csv");
  {
    MeasurementLog log(file);
    log.add("net", kKey, kSample);
    log.add("net", kKey, kSample);
  }
  MeasurementLog log(file);
  EXPECT_EQ(log.of(kKey), (std::vector<PlanSample>{kSample, kSample}));
  MeasurementLog::Key other = kKey;
  other.seed = 2;
  EXPECT_TRUE(log.of(other).empty());
  log.add("net", other, kSample);
  EXPECT_EQ(MeasurementLog(file).of(other).size(), 1U);
}

TEST(MeasurementLog, KeepsWhenAFrameOfAStreamEnded) {
  const branchy_models::TemporaryFolder folder;
  const std::string file = folder.path("measurements.csv");
  const std::vector<PlanSample> frames = {kStreamed, kStreamed, kSample};
  MeasurementLog(file).add("net", kKey, frames);
  EXPECT_EQ(MeasurementLog(file).of(kKey), frames);
}

TEST(MeasurementLog, DropsALineThatWasCutShort) {
  const branchy_models::TemporaryFolder folder;
  const std::string file = folder.path("measurements.csv");
  MeasurementLog(file).add("net", kKey, kSample);
  const auto whole = std::filesystem::file_size(file);
  std::ofstream(file, std::ios::app) << "branchline.lab_measurements/1,net,abc";
  MeasurementLog log(file);
  EXPECT_EQ(log.of(kKey).size(), 1U);
  EXPECT_EQ(std::filesystem::file_size(file), whole);
  log.add("net", kKey, kSample);
  EXPECT_EQ(MeasurementLog(file).of(kKey).size(), 2U);
}

TEST(MeasurementLog, RefusesWhatItDidNotWrite) {
  const branchy_models::TemporaryFolder folder;
  const std::string file = folder.path("measurements.csv");
  std::ofstream(file) << "something,else\n";
  EXPECT_THROW(MeasurementLog{file}, InputError);
}

}  // namespace
}  // namespace branchline::lab
