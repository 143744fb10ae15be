#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/apps/programs/programs.h"
#include "tests/branchy_models/temporary_folder.h"

namespace branchline::testing {
namespace {

using ::testing::HasSubstr;

class ExperimentFile : public ::testing::Test {
 protected:
  void write(const std::string& more) const {
    std::ofstream(file_) << "[experiment]\nmodels = [\"b_lenet-fashion\"]\n"
                            "methods = [\"device-only\", \"edge-only+codecs\"]\n"
                            "deadlines = [\"5s\"]\nuplinks = [\"2mbit\"]\n"
                         << more;
  }
  Finished run(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"experiment", file_, "-o", folder_.path("run")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return branchline(std::move(arguments));
  }
  std::string text(const std::string& name) const {
    std::ostringstream all;
    all << std::ifstream(folder_.path("run/" + name)).rdbuf();
    return all.str();
  }
  static auto lines(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

  const branchy_models::TemporaryFolder folder_;
  const std::string file_ = folder_.path("small.toml");
};

TEST_F(ExperimentFile, IsRunOnceAndGoneOnWith) {
  write("samples = 3\n");
  const Finished first = run({"--json"});
  ASSERT_EQ(first.code, 0) << first.err;
  const auto summary = nlohmann::json::parse(first.out);
  EXPECT_EQ(summary["schema"], "branchline.lab/1");
  EXPECT_EQ(summary["plans_measured"], 2);
  EXPECT_EQ(summary["samples"], 6);
  EXPECT_EQ(lines(text("results.csv")), 3);
  EXPECT_GT(lines(text("layers.csv")), 5);
  EXPECT_THAT(text("regressions.csv"), HasSubstr("b_lenet-fashion,edge,conv,ms = "));
  EXPECT_THAT(text("machine.json"), HasSubstr("branchline.lab_machine/1"));
  const std::string samples = text("measurements.csv");
  EXPECT_EQ(lines(samples), 7);

  ASSERT_EQ(run().code, 0);
  EXPECT_EQ(text("measurements.csv"), samples) << "nothing was left to measure";

  std::ofstream(folder_.path("run/measurements.csv"))
      << samples.substr(0, samples.rfind('\n', samples.size() - 2) - 5);
  ASSERT_EQ(run().code, 0);
  EXPECT_EQ(lines(text("measurements.csv")), 7) << "two were lost, one of them in part";

  write("samples = 4\n");
  const Finished other = run();
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, HasSubstr("samples was 3, now it is 4"));
}

TEST_F(ExperimentFile, EndsWithThreeWhenAGoalOrACheckIsMissed) {
  write("samples = 3\n");
  const Finished missed = run({"--require", "method=device-only: exit>=4"});
  EXPECT_EQ(missed.code, 3) << missed.err;
  EXPECT_THAT(missed.out, HasSubstr("device-only on 2mbit by 5000 ms: exit is 3"));
  EXPECT_EQ(run({"--require", "hit_rate>=0.5"}).code, 0);
  write("samples = 3\n[[check]]\nkind = \"rises\"\ny = \"exit\"\nx = \"uplink_mbps\"\n");
  EXPECT_EQ(run().code, 3) << "it compares nothing";
}

TEST_F(ExperimentFile, IsRefusedBeforeAnythingRuns) {
  write("sampels = 3\n");
  const Finished wrong = run();
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("small.toml:6: sampels"));
  EXPECT_THAT(wrong.err, HasSubstr("'samples'"));
  EXPECT_THAT(branchline({"experiment", "smoke"}).err, HasSubstr("-o DIR"));
  EXPECT_THAT(branchline({"experiment", "smoek", "-o", folder_.path("run")}).err,
              HasSubstr("choose one of edgent, networks, smoke"));
  EXPECT_FALSE(std::ifstream(folder_.path("run/config.toml")));
}

TEST(Experiments, AreListed) {
  const Finished list = branchline({"experiment"});
  EXPECT_EQ(list.code, 0) << list.err;
  EXPECT_THAT(list.out, HasSubstr("\n  smoke "));
  EXPECT_THAT(list.out, HasSubstr("\n  traces "));
}

}  // namespace
}  // namespace branchline::testing
