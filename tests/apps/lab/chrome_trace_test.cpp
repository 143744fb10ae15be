#include "apps/lab/chrome_trace.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "framework/base/error.h"
#include "tests/apps/lab/sample_records.h"

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

/// A frame split between device and edge: 100 ms from arrival to answer.
FrameRecord split_record(std::uint64_t frame, Duration arrival) {
  FrameRecord record = sample_record(frame, Place::split, 3, 100);
  record.arrival = arrival;
  record.spans = {{Step::queued, 0ms, 5ms},      {Step::front, 5ms, 20ms},
                  {Step::encode, 25ms, 5ms},     {Step::upload, 30ms, 40ms},
                  {Step::edge_queue, 70ms, 2ms}, {Step::edge, 72ms, 18ms},
                  {Step::download, 90ms, 10ms},  {Step::insurance, 31ms, 9ms, 1}};
  return record;
}

class ChromeTraceTest : public ::testing::Test {
 protected:
  json events_of(const std::vector<FrameRecord>& records) {
    ChromeTrace trace(file_);
    for (const FrameRecord& record : records) trace.add(record);
    trace.finish();
    std::ifstream in(file_);
    return json::parse(in).at("traceEvents");
  }
  static json of_phase(const json& events, const std::string& phase) {
    json found = json::array();
    for (const json& event : events) {
      if (event.at("ph") == phase) found.push_back(event);
    }
    return found;
  }

  const std::string file_ =
      (std::filesystem::temp_directory_path() / "branchline_chrome_trace_test.json").string();
};

TEST_F(ChromeTraceTest, AFramesPartsAddUpToItsLatency) {
  const json events = of_phase(events_of({split_record(7, 1s)}), "X");
  ASSERT_EQ(events.size(), 9u);
  EXPECT_EQ(events[0].at("name"), "frame 7");
  EXPECT_DOUBLE_EQ(events[0].at("ts"), 1e6);
  EXPECT_DOUBLE_EQ(events[0].at("dur"), 100e3);
  double sum = 0;
  for (const json& event : events) {
    if (event.at("name") == "insurance" || event.at("cat") == "frames") continue;
    sum += event.at("dur").get<double>();
  }
  EXPECT_DOUBLE_EQ(sum + 5e3, 100e3) << "with the time in the queue, which stands in the frame";
  EXPECT_EQ(events.back().at("args").at("exit"), 1);
}

TEST_F(ChromeTraceTest, NamesALaneForDeviceUplinkEdgeAndDownlink) {
  const json events = events_of({split_record(0, 0s)});
  std::map<std::uint64_t, std::string> lanes;
  for (const json& event : of_phase(events, "M")) {
    if (event.at("name") == "thread_name") lanes[event.at("tid")] = event.at("args").at("name");
  }
  EXPECT_EQ(lanes.size(), 5u);
  const std::map<std::string, std::string> expected = {
      {"queued", "frames"}, {"front", "device"},    {"encode", "device"}, {"insurance", "device"},
      {"upload", "uplink"}, {"edge queue", "edge"}, {"edge", "edge"},     {"download", "downlink"}};
  for (const json& event : of_phase(events, "X")) {
    const auto lane = expected.find(event.at("name"));
    if (lane == expected.end()) continue;
    EXPECT_EQ(lanes.at(event.at("tid")), lane->second) << event;
  }
}

TEST_F(ChromeTraceTest, WhatOverlapsInALaneStandsInRowsOfItsOwn) {
  std::vector<FrameRecord> records;
  for (std::uint64_t frame = 0; frame < 20; ++frame) {
    records.push_back(split_record(frame, std::chrono::milliseconds(30 * frame)));
  }
  const json events = of_phase(events_of(records), "X");
  for (const json& a : events) {
    for (const json& b : events) {
      const bool nested = a.at("args").at("frame") == b.at("args").at("frame") &&
                          a.at("cat") == "frames" && b.at("cat") == "frames";
      if (a == b || nested || a.at("tid") != b.at("tid")) continue;
      const double end = a.at("ts").get<double>() + a.at("dur").get<double>();
      const bool starts_within = a.at("ts") <= b.at("ts") && b.at("ts") < end - 1e-6;
      EXPECT_FALSE(starts_within) << a << " and " << b;
    }
  }
}

TEST_F(ChromeTraceTest, AFrameWithoutAnAnswerIsShownToo) {
  const json events = of_phase(events_of({lost_record(3)}), "X");
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].at("args").at("outcome"), "dropped");
  EXPECT_EQ(events[0].at("args").at("place"), "none");
}

TEST_F(ChromeTraceTest, SaysThatItsFileCannotBeWritten) {
  EXPECT_THROW(ChromeTrace("/no/such/folder/trace.json"), InputError);
}

}  // namespace
}  // namespace branchline::lab
