#include "apps/lab/frame_log.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/apps/lab/sample_records.h"

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

Result answer(std::vector<float> logits) {
  Result result;
  result.outcome = Outcome::ok;
  result.plan.exit = 4;
  result.plan.place = Place::split;
  result.plan.predicted = 60ms;
  result.latency = 70ms;
  result.deadline = 100ms;
  result.frame = 12;
  const auto values = std::make_shared<std::vector<float>>(std::move(logits));
  result.outputs.push_back({std::shared_ptr<const void>(values, values->data()), DType::f32,
                            Shape{1, static_cast<std::int64_t>(values->size())}});
  return result;
}

std::size_t fields_of(const std::string& csv_line) {
  std::size_t fields = 1;
  bool quoted = false;
  for (const char c : csv_line) {
    if (c == '"') quoted = !quoted;
    if (c == ',' && !quoted) ++fields;
  }
  return fields;
}

TEST(FrameLog, NamesTheClassOfTheLargestLogit) {
  const FrameRecord record = record_of(answer({0.1f, 2.f, 1.f}), 0ms, {"cat", "dog", "bird"});
  EXPECT_EQ(record.prediction, "dog");
  EXPECT_EQ(record.prediction_index, 1);
  EXPECT_EQ(record.exit, 4);
  EXPECT_EQ(record.place, Place::split);
  EXPECT_FALSE(record.insured);
}

TEST(FrameLog, WithoutClassNamesThePredictionIsTheIndex) {
  EXPECT_EQ(record_of(answer({0.f, 0.f, 1.f}), 0ms, {}).prediction, "2");
}

TEST(FrameLog, LatencyAndDeadlineCountFromTheScheduledArrival) {
  const FrameRecord record = record_of(answer({1.f}), 15ms, {});
  EXPECT_EQ(record.latency, 85ms);
  EXPECT_EQ(record.deadline, 115ms);
}

TEST(FrameLog, AnInsuredAnswerKeepsThePlanThatWasAbandoned) {
  Result result = answer({1.f});
  result.plan.exit = 1;
  result.plan.place = Place::device;
  result.abandoned = Plan{};
  result.abandoned->exit = 4;
  result.abandoned->place = Place::edge;
  const json line = json::parse(to_json_line(record_of(result, 0ms, {})));
  EXPECT_EQ(line["exit"], 1);
  EXPECT_EQ(line["place"], "device");
  EXPECT_EQ(line["planned_exit"], 4);
  EXPECT_EQ(line["planned_place"], "edge");
  EXPECT_EQ(line["insured"], true);
}

TEST(FrameLog, JsonLineHasEveryFieldOfTheInterface) {
  const json line = json::parse(to_json_line(sample_record(5, Place::split, 4, 61)));
  for (const char* field : {"frame", "outcome", "why", "exit", "place", "planned_exit",
                            "planned_place", "insured", "latency_ns", "deadline_ns", "predicted_ns",
                            "uplink_bytes", "downlink_bytes", "label", "prediction"}) {
    EXPECT_TRUE(line.contains(field)) << field;
  }
  EXPECT_EQ(line["outcome"], "ok");
  EXPECT_EQ(line["why"], "planned");
  EXPECT_EQ(line["latency_ns"], 61'000'000);
  EXPECT_EQ(line["uplink_bytes"], 1100);
}

TEST(FrameLog, AFrameWithoutAnAnswerHasNullsNotZeros) {
  const json line = json::parse(to_json_line(lost_record(1)));
  EXPECT_EQ(line["outcome"], "dropped");
  EXPECT_TRUE(line["exit"].is_null());
  EXPECT_TRUE(line["place"].is_null());
  EXPECT_TRUE(line["prediction"].is_null());
}

TEST(FrameLog, KnowsOnlyTheFiveOutcomesOfTheInterface) {
  EXPECT_STREQ(outcome_word(Outcome::stopped), "dropped");
  EXPECT_STREQ(outcome_word(Outcome::bad_input), "error");
  EXPECT_STREQ(outcome_word(Outcome::infeasible), "infeasible");
}

TEST(FrameLog, RightByNameOrByIndexUnknownWithoutLabel) {
  FrameRecord record = sample_record(0, Place::device, 1, 20);
  EXPECT_EQ(record.correct(), true);
  record.label = "3";  // a folder named after the class's index
  EXPECT_EQ(record.correct(), true);
  record.label = "dog";
  EXPECT_EQ(record.correct(), false);
  record.label.reset();
  EXPECT_EQ(record.correct(), std::nullopt);
}

TEST(FrameLog, CsvLinesHaveAsManyFieldsAsTheHeader) {
  FrameRecord record = sample_record(0, Place::edge, 4, 40);
  record.label = "cat, grey \"tabby\"";
  record.detail = "first, two\nlines";
  std::ostringstream header, line;
  write_csv_header(header);
  write_csv_line(line, record);
  EXPECT_EQ(fields_of(header.str()), fields_of(line.str()));
  EXPECT_THAT(line.str(), testing::StartsWith("branchline.frames/1,branchline,0,"));
  EXPECT_THAT(line.str(), testing::HasSubstr("\"cat, grey \"\"tabby\"\"\""));
  EXPECT_THAT(line.str(), testing::EndsWith("two lines\"\n"));
}

}  // namespace
}  // namespace branchline::lab
