#pragma once

#include <string>

#include "apps/lab/frame_log.h"

namespace branchline::lab {

/// A frame answered in time on `place` by exit `exit`, rightly, after `latency_ms` of 100.
inline FrameRecord sample_record(std::uint64_t frame, Place place, int exit, int latency_ms) {
  FrameRecord record;
  record.frame = frame;
  record.arrival = std::chrono::milliseconds(200) * static_cast<std::int64_t>(frame);
  record.latency = std::chrono::milliseconds(latency_ms);
  record.deadline = std::chrono::milliseconds(100);
  record.outcome = record.latency <= record.deadline ? Outcome::ok : Outcome::late;
  record.exit = record.planned_exit = exit;
  record.place = record.planned_place = place;
  record.predicted = std::chrono::milliseconds(latency_ms - 1);
  record.label = "cat";
  record.prediction = "cat";
  record.prediction_index = 3;
  record.timing.device = std::chrono::milliseconds(place == Place::edge ? 1 : latency_ms / 2);
  record.timing.edge = std::chrono::milliseconds(place == Place::device ? 0 : 7);
  record.timing.bytes_up = place == Place::edge ? 6000 : place == Place::split ? 1100 : 0;
  record.timing.bytes_down = place == Place::device ? 0 : 120;
  record.codec = place == Place::edge ? "jpeg" : place == Place::split ? "int8" : "";
  record.link_up = true;
  record.uplink_bps = 2e6;
  return record;
}

/// A frame nobody answered.
inline FrameRecord lost_record(std::uint64_t frame) {
  FrameRecord record = sample_record(frame, Place::device, 1, 100);
  record.exit = 0;
  record.outcome = Outcome::dropped;
  record.why = Why::queue_full;
  record.prediction.reset();
  record.prediction_index = -1;
  return record;
}

}  // namespace branchline::lab
