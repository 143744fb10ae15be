#include "apps/lab/sweep/result_row.h"

#include <gmock/gmock.h>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

/// A changed column is a changed schema.
const std::string kHeader =
    "model,method,link,uplink_mbps,goodput_mbps,delay_ms,deadline_ms,slowdown,exit,exits,place,cut,"
    "device_units,codec,predicted_ms,predicted_device_ms,predicted_uplink_ms,predicted_edge_ms,"
    "predicted_downlink_ms,samples,measured_ms,measured_low_ms,measured_high_ms,measured_p90_ms,"
    "measured_device_ms,measured_uplink_ms,measured_edge_ms,measured_downlink_ms,bytes_up,"
    "bytes_down,hit_rate,hit_low,hit_high,accuracy,delivered_accuracy,solver_us,ratio_to_optimum,"
    "fps,predicted_fps,measured_fps,measured_fps_low,measured_fps_high,stream_latency_ms,"
    "stream_latency_low_ms,stream_latency_high_ms\n";

TEST(ResultRow, IsALineOfTheDocumentedCsv) {
  EXPECT_EQ(results_csv({}), kHeader);
  ResultRow row;
  row.model = "net";
  row.method = "edgent";
  row.link = "2mbit";
  row.uplink_mbps = 2;
  row.deadline_ms = 100;
  row.exit = 2;
  row.exits = 3;
  row.predicted = TimeParts{80, 30, 40, 5, 5};
  EXPECT_EQ(
      results_csv({row}),
      kHeader +
          "net,edgent,2mbit,2,,0,100,1,2,3,,,,,80,30,40,5,5,0,,,,,,,,,,,0,0,0,0,0,,,,,,,,,,\n");
}

TEST(ResultRow, HasTheRateOfOneFrameAfterTheOtherAndNoUnknownAccuracy) {
  ResultRow row;
  row.measured.emplace();
  row.measured->median.total = 40;
  row.accuracy = row.delivered_accuracy = std::nullopt;
  EXPECT_EQ(number(row, "fps", "here"), 25);
  EXPECT_EQ(number(row, "accuracy", "here"), std::nullopt);
  EXPECT_EQ(number(row, "delivered_accuracy", "here"), std::nullopt);
}

TEST(ResultRow, HasTheRateOfAStreamBesideThat) {
  ResultRow row;
  row.predicted_fps = 12.5;
  row.stream = StreamScore{10, 9, 11, 300, 290, 310};
  EXPECT_EQ(number(row, "fps", "here"), std::nullopt);
  EXPECT_EQ(number(row, "predicted_fps", "here"), 12.5);
  EXPECT_EQ(number(row, "measured_fps", "here"), 10);
  EXPECT_EQ(number(row, "measured_fps_low", "here"), 9);
  EXPECT_EQ(number(row, "measured_fps_high", "here"), 11);
  EXPECT_EQ(number(row, "stream_latency_ms", "here"), 300);
  EXPECT_EQ(number(row, "stream_latency_low_ms", "here"), 290);
  EXPECT_EQ(number(row, "stream_latency_high_ms", "here"), 310);
}

TEST(ResultRow, IsReadByColumn) {
  ResultRow row;
  row.method = "edgent";
  row.exit = 2;
  EXPECT_EQ(cell(row, "method", "here"), "edgent");
  EXPECT_EQ(number(row, "exit", "here"), 2);
  EXPECT_EQ(number(row, "measured_ms", "here"), std::nullopt);
  EXPECT_THROW(number(row, "method", "here"), InputError);
  EXPECT_THAT([&] { cell(row, "hit_rat", "--require"); },
              ::testing::ThrowsMessage<InputError>(::testing::HasSubstr("'hit_rate'")));
}

TEST(ResultRow, HasEachFigureInItsOwnColumn) {
  ResultRow row;
  row.model = "net";
  row.method = "edgent";
  row.link = "2mbit";
  row.uplink_mbps = 1;
  row.goodput_mbps = 2;
  row.delay_ms = 3;
  row.deadline_ms = 4;
  row.slowdown = 5;
  row.exit = 6;
  row.exits = 7;
  row.place = "split";
  row.cut = 8;
  row.device_units = 9;
  row.codec = "raw";
  row.predicted = TimeParts{10, 11, 12, 13, 14};
  row.samples = 15;
  row.measured = MeasuredTimes{{16, 20, 21, 22, 23}, 17, 18, 19, 24, 25};
  row.hit_rate = 26;
  row.hit_low = 27;
  row.hit_high = 28;
  row.accuracy = 29;
  row.delivered_accuracy = 30;
  row.solver_us = 31;
  row.ratio_to_optimum = 32;
  row.predicted_fps = 33;
  row.stream = StreamScore{34, 35, 36, 37, 38, 39};
  EXPECT_EQ(results_csv({row}),
            kHeader +
                "net,edgent,2mbit,1,2,3,4,5,6,7,split,8,9,raw,10,11,12,13,14,15,16,17,18,19,"
                "20,21,22,23,24,25,26,27,28,29,30,31,32,62.5,33,34,35,36,37,38,39\n");
}

}  // namespace
}  // namespace branchline::lab
