#include "apps/lab/sweep/experiment.h"

#include <gmock/gmock.h>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;
using namespace std::chrono_literals;

const std::string kMain =
    "[experiment]\n"
    "title = \"two parts\"\n"
    "models = [[\"a\", \"b\"], \"c\"]\n"
    "methods = [\"edgent\", \"branchline\"]\n"
    "deadlines = [\"100ms\", \"1s\"]\n"
    "uplinks = [\"500kbit\", \"2mbit\"]\n"
    "deepest_exit = \"2s\"\n";

Experiment parsed(const std::string& more = "") { return parse_experiment(kMain + more, "x.toml"); }

std::string error_of(const std::string& text) {
  try {
    parse_experiment(text, "x.toml");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Experiment, FillsInWhatAFileLeavesOut) {
  const Experiment experiment = parsed();
  EXPECT_EQ(experiment.models, (std::vector<std::vector<std::string>>{{"a", "b"}, {"c"}}));
  ASSERT_EQ(experiment.parts.size(), 1U);
  EXPECT_EQ(experiment.parts[0].deadlines, (std::vector<Duration>{100ms, 1s}));
  EXPECT_EQ(experiment.parts[0].links[1].uplink_bytes_per_s, 250'000);
  EXPECT_EQ(experiment.slowdown, 0) << "by deepest_exit";
  EXPECT_EQ(experiment.samples, 11);
}

TEST(Experiment, PartsTakeFromTheWholeWhatTheyDoNotSay) {
  const Experiment experiment = parsed(
      "[[part]]\nname = \"one\"\ndeadlines = [\"300ms\"]\n"
      "[[part]]\nmethods = [\"edge-only+codecs\"]\nuplinks = [\"1mbit\"]\n");
  ASSERT_EQ(experiment.parts.size(), 2U);
  EXPECT_EQ(experiment.parts[0].links.size(), 2U);
  EXPECT_EQ(experiment.parts[0].deadlines, (std::vector<Duration>{300ms}));
  EXPECT_EQ(experiment.parts[1].deadlines.size(), 2U);
  EXPECT_EQ(experiment.parts[1].methods, (std::vector<std::string>{"edge-only+codecs"}));
}

TEST(Experiment, NamesFramesAndFoldersOfNetworks) {
  const Experiment experiment = parsed("pictures = \"drive.mp4\"\nmodel_folders = [\"nets\"]\n");
  EXPECT_EQ(experiment.pictures, "drive.mp4");
  EXPECT_EQ(experiment.model_folders, std::vector<std::string>{"nets"});
  const Experiment again = parse_experiment(to_toml(experiment), "config.toml");
  EXPECT_EQ(again.pictures, experiment.pictures);
  EXPECT_EQ(again.model_folders, experiment.model_folders);
}

TEST(Experiment, IsWrittenBackAsItIsRead) {
  const Experiment experiment = parsed(
      "[[part]]\nname = \"one\"\n[[part]]\nuplinks = [\"1mbit\"]\n"
      "[[check]]\nkind = \"rises\"\ny = \"exit\"\nx = \"deadline_ms\"\n"
      "where = {method = \"edgent\", uplink_mbps = 2.5}\n"
      "[[figure]]\nname = \"fig2\"\nwidth = 3\n");
  const Experiment again = parse_experiment(to_toml(experiment), "config.toml");
  EXPECT_EQ(settings_of(again), settings_of(experiment));
  EXPECT_EQ(again.checks, experiment.checks);
  EXPECT_EQ(again.checks.front().where,
            (std::map<std::string, std::string>{{"method", "edgent"}, {"uplink_mbps", "2.5"}}));
  EXPECT_EQ(again.title, experiment.title);
  EXPECT_EQ(again.figures, experiment.figures);
  EXPECT_THAT(again.figures, HasSubstr("width = 3"));
  EXPECT_THAT(to_toml(experiment), HasSubstr("deadlines = ['100ms', '1s']"));
}

TEST(Experiment, TellsSettingsThatDiffer) {
  Experiment other = parsed();
  other.parts[0].deadlines.pop_back();
  const auto before = settings_of(parsed()), now = settings_of(other);
  ASSERT_EQ(before.size(), now.size());
  std::string differs;
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (!(now[i] == before[i])) differs += now[i].key;
  }
  EXPECT_EQ(differs, "deadlines of part 1");
}

TEST(Experiment, RefusesWhatItCannotRun) {
  EXPECT_THAT(error_of("[experiment]\n"), HasSubstr("names no model"));
  EXPECT_THAT(error_of("[experimant]\n"), HasSubstr("'experiment'"));
  EXPECT_THAT(error_of("[experiment\n"), HasSubstr("x.toml:"));
  EXPECT_THAT(error_of("[experiment]\nmodels = [\"a\"]\nmethods = [\"edgent\"]\n"),
              HasSubstr("deadlines"));
  EXPECT_THAT(error_of(kMain + "slowdown = 3\n"), HasSubstr("keep one"));
  EXPECT_THAT(error_of(kMain + "sample_limit = \"500ms\"\n"), HasSubstr("beyond sample_limit"));
  EXPECT_THAT(error_of(kMain + "[[part]]\nmethods = [\"edgnt\"]\n"), HasSubstr("'edgent'"));
  EXPECT_THAT(error_of(kMain + "[[check]]\nkind = \"rises\"\ny = \"exit\"\nx = \"deadline\"\n"),
              HasSubstr("'deadline_ms'"));
  EXPECT_THAT(error_of(kMain + "[[check]]\nkind = \"falls\"\n"), HasSubstr("no kind of check"));
  EXPECT_THAT(error_of(kMain + "[[check]]\nkind = \"rises\"\ny = \"exit\"\nx = \"deadline_ms\"\n"
                               "where = {method = [\"a\", \"b\"]}\n"),
              HasSubstr("x.toml:12: method"));
  EXPECT_THAT(error_of(kMain + "traces = [\"nowhere.csv\"]\n"), HasSubstr("nowhere.csv"));
}

}  // namespace
}  // namespace branchline::lab
