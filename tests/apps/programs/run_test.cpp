// `branchline run` on pictures and video: what it prints of each frame, alone and with an edge.

#include <gmock/gmock.h>
#include <signal.h>

#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/apps/programs/programs.h"
#include "tests/branchy_models/temporary_folder.h"

namespace branchline::testing {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using Json = nlohmann::json;
using Folder = branchy_models::TemporaryFolder;

// Far beyond what a busy machine takes: no answer is late.
constexpr const char* kRelaxed = "20s";
constexpr std::int64_t kRelaxedNs = 20'000'000'000;

std::vector<Json> lines_of(const std::string& text) {
  std::vector<Json> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(Json::parse(line));
  return lines;
}

void expect_count(const Json& line, const char* field) {
  ASSERT_TRUE(line.contains(field)) << field << " in " << line;
  EXPECT_TRUE(line[field].is_number_integer()) << field << " in " << line;
  EXPECT_GE(line[field].get<std::int64_t>(), 0) << field;
}

/// Every field of the interface, with its type and unit.
void expect_frame_line(const Json& line) {
  for (const char* field :
       {"frame", "latency_ns", "deadline_ns", "predicted_ns", "uplink_bytes", "downlink_bytes",
        "arrival_ns", "device_ns", "edge_ns", "prediction_index"}) {
    expect_count(line, field);
  }
  EXPECT_EQ(line["schema"], "branchline.frame/1");
  EXPECT_EQ(line["outcome"], "ok") << line;
  for (const char* field : {"place", "planned_place"}) {
    EXPECT_THAT(line[field].get<std::string>(), AnyOf("device", "split", "edge"));
  }
  for (const char* field : {"exit", "planned_exit"}) {
    EXPECT_GE(line[field].get<int>(), 1) << line;
    EXPECT_LE(line[field].get<int>(), 4) << line;
  }
  EXPECT_TRUE(line["insured"].is_boolean());
  EXPECT_TRUE(line["why"].is_string());
  EXPECT_TRUE(line["codec"].is_string());
  EXPECT_TRUE(line["link_up"].is_boolean());
  EXPECT_TRUE(line["uplink_bps"].is_number());
  EXPECT_GT(line["latency_ns"].get<std::int64_t>(), 0);
  EXPECT_LE(line["latency_ns"].get<std::int64_t>(), line["deadline_ns"].get<std::int64_t>());
  EXPECT_EQ(line["deadline_ns"], kRelaxedNs);
}

TEST(Run, TellsOfEveryFrameInJson) {
  const Folder folder;
  write_pictures(folder.path("pictures"), 10);
  const Finished run =
      branchline({"run", shipped("b_lenet-fashion.pt"), "--input", folder.path("pictures"),
                  "--rate", "50Hz", "--deadline", kRelaxed, "--json"});
  EXPECT_EQ(run.code, 0) << run.err;
  const std::vector<Json> lines = lines_of(run.out);
  ASSERT_EQ(lines.size(), 10u);
  std::set<int> frames;
  for (const Json& line : lines) {
    expect_frame_line(line);
    const int frame = line["frame"];
    frames.insert(frame);
    EXPECT_EQ(line["arrival_ns"], frame * std::int64_t{20'000'000}) << "every 20 ms";
    EXPECT_EQ(line["why"], "no_edge");
    EXPECT_EQ(line["place"], "device");
    EXPECT_EQ(line["uplink_bytes"], 0);
    EXPECT_EQ(line["label"], frame < 5 ? "bag" : "sneaker") << "the sub-folder's name";
    EXPECT_LT(line["prediction_index"].get<int>(), 10);
    EXPECT_THAT(line["prediction"].get<std::string>(),
                AnyOf("t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt",
                      "sneaker", "bag", "ankle-boot"));
  }
  EXPECT_EQ(frames.size(), 10u) << "each frame once";
  EXPECT_THAT(run.err, HasSubstr("10 pictures in"));
  EXPECT_THAT(run.err, HasSubstr("10 frames: device 10, split 0, edge 0"));
}

TEST(Run, SaysWhatCrossedTheLink) {
  const Folder folder;
  write_pictures(folder.path("pictures"), 20);
  RunningEdge edge(shipped("b_lenet-fashion.pt"));
  for (const std::string place : {"edge", "split"}) {
    const Finished run = branchline({"run", "--edge", edge.address(), shipped("b_lenet-fashion.pt"),
                                     "--input", folder.path("pictures"), "--rate", "20Hz",
                                     "--deadline", kRelaxed, "--json", "--force-place", place});
    EXPECT_EQ(run.code, 0) << run.err;
    int there = 0;
    for (const Json& line : lines_of(run.out)) {
      expect_frame_line(line);
      if (line["place"] != place) continue;
      ++there;
      EXPECT_EQ(line["why"], "forced") << line;
      EXPECT_TRUE(line["link_up"]);
      EXPECT_FALSE(line["insured"]);
      EXPECT_NE(line["codec"], "") << line;
      EXPECT_GT(line["uplink_bytes"].get<int>(), 100) << "a picture or a feature map";
      EXPECT_LT(line["uplink_bytes"].get<int>(), 30'000) << "the largest feature map is 25 kB";
      EXPECT_GE(line["downlink_bytes"].get<int>(), 40) << "ten logits";
      EXPECT_GT(line["edge_ns"].get<std::int64_t>(), 0);
    }
    EXPECT_GT(there, 0) << run.out << run.err;
  }
}

TEST(Run, PlaysAVideo) {
  if (pedestrian_video().empty()) GTEST_SKIP() << "opencv-doc is not installed: scripts/setup";
  const Finished run = branchline({"run", shipped("b_camera.pt"), "--input", pedestrian_video(),
                                   "--frames", "4", "--deadline", kRelaxed, "--json"});
  EXPECT_EQ(run.code, 0) << run.err;
  const std::vector<Json> lines = lines_of(run.out);
  ASSERT_EQ(lines.size(), 4u);
  for (const Json& line : lines) {
    expect_frame_line(line);
    EXPECT_TRUE(line["label"].is_null());
    EXPECT_EQ(line["arrival_ns"], line["frame"].get<std::int64_t>() * 100'000'000)
        << "at the video's own 10 Hz";
  }
  EXPECT_THAT(run.err, HasSubstr("vtest.avi, 768x576"));
}

TEST(Run, GoesOnWithoutAnUnreachableEdgeUnlessOneIsRequired) {
  const Folder folder;
  write_pictures(folder.path("pictures"), 1);
  std::vector<std::string> arguments = {"run",        shipped("b_lenet-fashion.pt"),
                                        "--input",    folder.path("pictures"),
                                        "--edge",     "127.0.0.1:1",
                                        "--deadline", kRelaxed};
  const Finished alone = branchline(arguments);
  EXPECT_EQ(alone.code, 0);
  EXPECT_THAT(alone.err, HasSubstr("no usable edge at 127.0.0.1:1 (nobody listens at 127.0.0.1:1"));
  EXPECT_THAT(alone.err, HasSubstr("; going on with the device alone"));
  EXPECT_THAT(alone.out, HasSubstr("1 frame: device 1, split 0, edge 0"));
  arguments.push_back("--require-edge");
  const Finished refused = branchline(arguments);
  EXPECT_EQ(refused.code, 4);
  EXPECT_EQ(refused.out, "");
}

TEST(Run, ChecksGoals) {
  const Folder folder;
  write_pictures(folder.path("pictures"), 2);
  std::vector<std::string> arguments = {"run",           "--require",
                                        "hit_rate>=0.5", shipped("b_lenet-fashion.pt"),
                                        "--input",       folder.path("pictures"),
                                        "--deadline",    kRelaxed};
  EXPECT_EQ(branchline(arguments).code, 0);
  arguments.insert(arguments.end(), {"--require", "worst<=1ns"});
  const Finished missed = branchline(arguments);
  EXPECT_EQ(missed.code, 3);
  EXPECT_THAT(missed.err, HasSubstr("not met: --require 'worst<=1ns'"));
  EXPECT_THAT(missed.out, HasSubstr("2 frames:")) << "the table stands nevertheless";
}

TEST(Run, SaysWhichLabelsTheModelDoesNotKnow) {
  const Folder folder;
  write_pictures(folder.path("pictures"), 2);
  std::filesystem::rename(folder.path("pictures/bag"), folder.path("pictures/Bag"));
  const Finished run = branchline({"run", shipped("b_lenet-fashion.pt"), "--input",
                                   folder.path("pictures"), "--deadline", kRelaxed});
  EXPECT_EQ(run.code, 0);
  EXPECT_THAT(run.err, HasSubstr("the label Bag is no class of this model"));
  EXPECT_THAT(run.err, HasSubstr("the classes are t-shirt, trouser"));
}

/// A run that is stopped after its first frame.
Finished stopped_run(const std::string& input, const std::string& out, int signal) {
  ChildProcess run(
      branchline_command({"run", shipped("b_lenet-fashion.pt"), "--input", input, "--rate", "2Hz",
                          "--deadline", kRelaxed, "--json", "-o", out}));
  Finished finished;
  finished.out = run.line();
  run.signal(signal);
  finished.out += run.rest();
  finished.code = run.wait();
  finished.err = run.errors();
  return finished;
}

TEST(Run, StopsBySignalWithItsSummary) {
  const Folder folder;
  write_pictures(folder.path("pictures"), 200);
  for (const auto& [signal, code] : {std::pair{SIGINT, 130}, {SIGTERM, 143}}) {
    const std::string out = folder.path("out" + std::to_string(code));
    const Finished run = stopped_run(folder.path("pictures"), out, signal);
    EXPECT_EQ(run.code, code) << run.err;
    EXPECT_THAT(run.out, HasSubstr("branchline.frame/1"));
    EXPECT_THAT(run.err, HasSubstr("deadline met"));
    EXPECT_TRUE(std::filesystem::exists(out + "/summary.json"));
    EXPECT_TRUE(std::filesystem::exists(out + "/frames.csv"));
  }
}

// Decoders start threads of their own, and the signal may meet one of those.
TEST(Run, StopsBySignalWhilePlayingAVideo) {
  if (pedestrian_video().empty()) GTEST_SKIP() << "opencv-doc is not installed: scripts/setup";
  const Folder folder;
  const Finished run = stopped_run(pedestrian_video(), folder.path("out"), SIGTERM);
  EXPECT_EQ(run.code, 143);
  EXPECT_THAT(run.err, HasSubstr("deadline met"));
}

}  // namespace
}  // namespace branchline::testing
