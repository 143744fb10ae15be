#include "apps/lab/sweep/measurement_log.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "framework/base/error.h"
#include "tests/branchy_models/temporary_folder.h"

namespace branchline::lab {
namespace {

const MeasurementLog::Key kKey{"abc", "exit 2 edge 3-5,7 as int8", "500kbit delay 5 ms", 12.5, 1};
const PlanSample kSample{Duration(10), Duration(4),  Duration(3), Duration(2), Duration(1), 7, 8,
                         false,        std::nullopt, Duration(0)};
const PlanSample kStreamed{Duration(10), {}, {}, {}, {}, 7, 8, false, std::nullopt, Duration(50)};

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

TEST(MeasurementLog, GivesBackWhatAnsweredAnEnginesFrames) {
  const branchy_models::TemporaryFolder folder;
  const std::string file = folder.path("measurements.csv");
  PlanSample known = kSample, unknown = kSample;
  known.answer = FrameAnswer{2, "split", "int8", 0.1 + 0.2};
  unknown.answer = FrameAnswer{1, "insured", "", std::nullopt};
  {
    MeasurementLog log(file);
    log.add("net", kKey, known);
    log.add("net", kKey, unknown);
  }
  EXPECT_EQ(MeasurementLog(file).of(kKey), (std::vector<PlanSample>{known, unknown}));
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
  std::ofstream(file, std::ios::app) << "branchline.lab_measurements/2,net,abc";
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

TEST(MeasurementLog, RefusesALineThatIsNoMeasurement) {
  const branchy_models::TemporaryFolder folder;
  const std::string file = folder.path("measurements.csv");
  MeasurementLog(file).add("net", kKey, kSample);
  std::ifstream written(file);
  std::string header, good;
  std::getline(written, header);
  std::getline(written, good);
  const std::size_t total = good.find(",10,4,");
  ASSERT_NE(total, std::string::npos);
  for (const std::string& line : {std::string("what,is,this"), good + ",0",
                                  good.substr(0, total) + ",ten" + good.substr(total + 3)}) {
    std::ofstream(file) << header << '\n' << line << '\n';
    EXPECT_THROW(MeasurementLog{file}, InputError) << line;
  }
  std::ofstream(file) << header << '\n' << good << '\n';
  EXPECT_EQ(MeasurementLog(file).of(kKey).size(), 1U);
}

TEST(MeasurementLog, KeepsApartWhateverDiffers) {
  const branchy_models::TemporaryFolder folder;
  MeasurementLog log(folder.path("measurements.csv"));
  log.add("net", kKey, kSample);
  std::vector<MeasurementLog::Key> others(5, kKey);
  others[0].digest = "abd";
  others[1].plan = "exit 2 edge 3-5,8 as int8";
  others[2].link = "";
  others[3].slowdown = 13;
  others[4].seed = 2;
  for (const MeasurementLog::Key& other : others) EXPECT_TRUE(log.of(other).empty());
}

TEST(MeasurementLog, RemembersWhatWasGivenUp) {
  const branchy_models::TemporaryFolder folder;
  PlanSample late;
  late.total = Duration(99);
  late.given_up = true;
  MeasurementLog(folder.path("measurements.csv")).add("net", kKey, late);
  EXPECT_EQ(MeasurementLog(folder.path("measurements.csv")).of(kKey),
            std::vector<PlanSample>{late});
}

}  // namespace
}  // namespace branchline::lab
