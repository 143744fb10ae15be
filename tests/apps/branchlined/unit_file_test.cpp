// deploy/branchlined.service as systemd's own tool sees it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/child_process.h"

namespace branchline::apps {
namespace {

constexpr const char* kSystemdAnalyze = "/usr/bin/systemd-analyze";

/// The shipped unit, with the program that was built.
class UnitFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kSystemdAnalyze)) {
      GTEST_SKIP() << "systemd-analyze is not installed: scripts/setup --tests";
    }
    std::ifstream shipped(std::string(BRANCHLINE_SOURCE_DIR) + "/deploy/branchlined.service");
    std::string unit((std::istreambuf_iterator<char>(shipped)), {});
    const std::string installed = "/usr/bin/branchlined";
    ASSERT_NE(unit.find(installed), std::string::npos);
    unit.replace(unit.find(installed), installed.size(), BRANCHLINED);
    std::filesystem::create_directories(folder_);
    std::ofstream(file_) << unit;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("branchline_unit_" + std::to_string(getpid()));
  const std::string file_ = (folder_ / "branchlined.service").string();
};

TEST_F(UnitFileTest, HasNothingThatSystemdWouldIgnore) {
  const auto verified = branchline::testing::run_program({kSystemdAnalyze, "verify", file_});
  EXPECT_EQ(verified.code, 0);
  EXPECT_EQ(verified.err.find("branchlined.service"), std::string::npos) << verified.err;
}

TEST_F(UnitFileTest, IsAsClosedAsANetworkServiceWithAJitCanBe) {
  const auto judged = branchline::testing::run_program(
      {kSystemdAnalyze, "security", "--offline=true", "--threshold=15", file_});
  EXPECT_EQ(judged.code, 0) << judged.out << judged.err;  // exposure at most 1.5 of 10
}

}  // namespace
}  // namespace branchline::apps
