#include "apps/lab/sweep/experiment.h"

#include <gmock/gmock.h>

#include <fstream>

#include "framework/base/error.h"
#include "tests/branchy_models/temporary_folder.h"

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

TEST(Experiment, KeepsEveryKeyOfItsChecksAndItsDevice) {
  const std::string device = "deepest_exit = \"2s\"\n";
  std::string text = kMain;
  text.replace(text.find(device), device.size(), "slowdown = 12.5\nsamples = 4\nwarm_up = 2\n");
  const Experiment experiment = parse_experiment(
      text +
          "[[check]]\nid = \"one\"\nkind = \"never_below\"\ny = \"accuracy\"\nof = \"branchline\"\n"
          "than = \"edgent\"\ntolerance = 0.5\nwhere = {deadline_ms = 100}\n",
      "x.toml");
  const RowCheck check{"one", RowCheck::Kind::never_below, "accuracy", "", "branchline", "edgent",
                       0.5,   {{"deadline_ms", "100"}}};
  EXPECT_EQ(experiment.checks, std::vector<RowCheck>{check});
  const Experiment again = parse_experiment(to_toml(experiment), "config.toml");
  EXPECT_EQ(again.checks, experiment.checks);
  EXPECT_EQ(again.slowdown, 12.5);
  EXPECT_EQ(again.samples, 4);
  EXPECT_EQ(again.warm_up, 2);
}

TEST(Experiment, WithoutADeviceHasThisMachine) {
  const Experiment experiment =
      parse_experiment(kMain.substr(0, kMain.find("deepest_exit")), "x.toml");
  EXPECT_EQ(experiment.slowdown, 1);
}

TEST(Experiment, FindsARecordingBesideItsFile) {
  const branchy_models::TemporaryFolder folder;
  std::ofstream(folder.path("tunnel.csv")) << "time_s,uplink_mbps,downlink_mbps\n0,8,8\n1,0,0\n";
  const Experiment experiment =
      parse_experiment(kMain + "traces = [\"tunnel.csv\"]\n", folder.path("x.toml"));
  const std::vector<ExperimentLink>& links = experiment.parts.at(0).links;
  ASSERT_EQ(links.size(), 3U);
  EXPECT_EQ(links[2].name, "tunnel");
  EXPECT_EQ(links[2].uplink_bytes_per_s, 500'000) << "half of the time 8 Mbit/s";
  EXPECT_EQ(links[2].trace, folder.path("tunnel.csv"));
  EXPECT_EQ(parse_experiment(to_toml(experiment), "config.toml").parts.at(0).links, links);
}

TEST(Experiment, RefusesWhatWouldFailAfterTheMeasurements) {
  EXPECT_THAT(error_of(kMain + "[[part]]\ndeadlines = [\"0s\"]\n"), HasSubstr("not positive"));
  EXPECT_THAT(error_of(kMain + "[[part]]\nuplink = [\"1mbit\"]\n"), HasSubstr("'uplinks'"));
  EXPECT_THAT(error_of(kMain + "[[part]]\n[[part]]\ndeadlines = [\"11s\"]\n"),
              HasSubstr("beyond sample_limit"));
  EXPECT_THAT(error_of(kMain + "[[check]]\nkind = \"never_below\"\ny = \"accuracy\"\n"
                               "of = \"edgent\"\nthan = \"edgnt\"\n"),
              HasSubstr("'edgent'"));
  EXPECT_THAT(error_of(kMain + "[[check]]\nkind = \"rises\"\ny = \"exit\"\nx = \"uplink_mbps\"\n"
                               "where = {metod = \"edgent\"}\n"),
              HasSubstr("'method'"));
}

}  // namespace
}  // namespace branchline::lab
