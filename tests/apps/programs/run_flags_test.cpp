// Where the flags of `branchline run` come from, and what is said of wrong ones.

#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/apps/programs/programs.h"
#include "tests/branchy_models/temporary_folder.h"

namespace branchline::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class RunFlagsOf : public ::testing::Test {
 protected:
  RunFlagsOf() { write_pictures(folder_.path("pictures"), 2); }

  std::string config(const std::string& text) const {
    std::ofstream(folder_.path("flags.toml")) << text;
    return folder_.path("flags.toml");
  }

  /// `branchline run MODEL --input PICTURES --frames 1 MORE…`
  Finished run(std::vector<std::string> more, std::vector<std::string> environment = {}) const {
    std::vector<std::string> arguments = {
        "run", shipped("b_lenet-fashion.pt"), "--input", pictures(), "--frames", "1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return branchline(arguments, std::move(environment));
  }

  std::string pictures() const { return folder_.path("pictures"); }

  branchy_models::TemporaryFolder folder_;
};

std::int64_t deadline_of(const Finished& run) {
  EXPECT_EQ(run.code, 0) << run.err;
  return nlohmann::json::parse(run.out.substr(0, run.out.find('\n'))).value("deadline_ns", -1LL);
}

TEST_F(RunFlagsOf, CommandLineBeatsEnvironmentBeatsFileBeatsDefault) {
  const std::string file = config("[run]\ndeadline = \"5s\"\njson = true\n");
  const std::vector<std::string> environment = {"BRANCHLINE_RUN_DEADLINE=6s"};
  EXPECT_EQ(deadline_of(run({"--json"})), 100'000'000);
  EXPECT_EQ(deadline_of(run({"--config", file})), 5'000'000'000);
  EXPECT_EQ(deadline_of(run({"--config", file}, environment)), 6'000'000'000);
  EXPECT_EQ(deadline_of(run({"--config", file, "--deadline", "7s"}, environment)), 7'000'000'000);
}

std::string read_text(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST_F(RunFlagsOf, WrittenConfigurationRunsTheSameAgain) {
  const std::string first = folder_.path("first");
  const Finished before = run({"--rate", "50Hz", "--require", "hit_rate>=0", "--require",
                               "accuracy>=0", "--device-slowdown", "1.5", "-o", first});
  ASSERT_EQ(before.code, 0) << before.err;
  const std::string written = read_text(first + "/config.toml");
  EXPECT_THAT(written, HasSubstr("# branchline 0.1.0"));
  EXPECT_THAT(written, HasSubstr("[run]\n"));
  EXPECT_THAT(written, HasSubstr("deadline=\"100ms\"")) << "defaults are part of it";
  // The flag on the command line replaces the file's.
  const std::string second = folder_.path("second");
  const Finished again = branchline({"--config", first + "/config.toml", "run", "-o", second});
  EXPECT_EQ(again.code, 0) << again.err;
  std::string expected = written;
  expected.replace(expected.find(first), first.size(), second);
  EXPECT_EQ(read_text(second + "/config.toml"), expected);
}

TEST_F(RunFlagsOf, BadFilesAreNamedWithTheLineOrKey) {
  const auto refusal = [this](const std::string& text) {
    const Finished refused = run({"--config", config(text)});
    EXPECT_EQ(refused.code, 2) << text;
    EXPECT_EQ(refused.out, "");
    return refused.err;
  };
  EXPECT_THAT(refusal("[run]\ndeadlines = \"80ms\"\n"), HasSubstr("'deadlines' is no flag"));
  EXPECT_THAT(refusal("[runs]\ndeadline = \"80ms\"\n"), HasSubstr("there is no verb 'runs'"));
  EXPECT_THAT(refusal("[run]\nrate = \"5Hz\"\ndeadline = \n"), HasSubstr("flags.toml: line 3: "));
  EXPECT_THAT(refusal("[run]\ndeadline = \"80\"\n"), HasSubstr("'80' has no unit"));
  const Finished missing = run({"--config", folder_.path("nowhere.toml")});
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.err, HasSubstr("nowhere.toml"));
}

TEST_F(RunFlagsOf, WrongOnesGetASentenceAndExitCode) {
  struct Case {
    std::vector<std::string> flags;
    const char* sentence;
  };
  const std::vector<Case> cases = {
      {{"--deadline", "80"}, "--deadline: '80' has no unit. write 80ms"},
      {{"--deadline", "0ms"}, "the deadline must be greater than zero"},
      {{"--rate", "20"}, "--rate: '20' has no unit. write 20Hz"},
      {{"--nope"}, "not expected: --nope"},
      {{"--edge", "nonsense"}, "--edge: 'nonsense' has no port"},
      {{"--require-edge"}, "--require-edge: no --edge is given"},
      {{"--require", "speed>=1"}, "'speed' is no metric"},
      {{"--force-place", "moon"}, "--force-place"},
      {{"--planner", "nope"}, "there is no algorithm 'nope'"},
      {{"--profile", "nowhere.json"}, "nowhere.json: it cannot be read"}};
  for (const Case& wrong : cases) {
    const Finished refused = run(wrong.flags);
    EXPECT_EQ(refused.code, 2) << wrong.sentence;
    EXPECT_EQ(refused.out, "") << wrong.sentence;
    EXPECT_THAT(refused.err, HasSubstr(wrong.sentence));
    EXPECT_THAT(refused.err, HasSubstr("branchline: ")) << wrong.sentence;
  }
}

TEST_F(RunFlagsOf, MissingInputsAreNamed) {
  const Finished model = branchline({"run", "nowhere.pt", "--input", pictures()});
  EXPECT_EQ(model.code, 5);
  EXPECT_THAT(model.err, HasSubstr("nowhere.pt: no such file"));
  const Finished input =
      branchline({"run", shipped("b_lenet-fashion.pt"), "--input", "nowhere.avi"});
  EXPECT_EQ(input.code, 2);
  EXPECT_THAT(input.err, HasSubstr("--input nowhere.avi: there is no such file or folder"));
  std::ofstream(folder_.path("text.avi")) << "no video";
  const Finished text =
      branchline({"run", shipped("b_lenet-fashion.pt"), "--input", folder_.path("text.avi")});
  EXPECT_EQ(text.code, 2);
  EXPECT_THAT(text.err, HasSubstr("is neither a picture nor a video"));
  EXPECT_THAT(text.err, Not(HasSubstr("GStreamer"))) << "one sentence, without a decoder's noise";
}

}  // namespace
}  // namespace branchline::testing
