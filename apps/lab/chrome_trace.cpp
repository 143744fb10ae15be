#include "apps/lab/chrome_trace.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

using json = nlohmann::ordered_json;

/// In the order in which they stand in the picture.
enum Lane : std::size_t { kFrames, kDevice, kUplink, kEdge, kDownlink };
constexpr std::array<const char*, ChromeTrace::kLanes> kLaneNames = {"frames", "device", "uplink",
                                                                     "edge", "downlink"};
constexpr std::size_t kRowsPerLane = 1000;
/// Only so many neighbours can overlap: requests under way are few.
constexpr std::size_t kRemembered = 64;

std::size_t lane_of(Step step) {
  switch (step) {
    case Step::queued:
      return kFrames;
    case Step::upload:
    case Step::unanswered:
      return kUplink;
    case Step::edge_queue:
    case Step::edge:
      return kEdge;
    case Step::download:
      return kDownlink;
    case Step::front:
    case Step::encode:
    case Step::insurance:
    case Step::tail:
      break;
  }
  return kDevice;
}

double microseconds_of(Duration time) { return static_cast<double>(time.count()) / 1e3; }
double milliseconds_of(Duration time) { return static_cast<double>(time.count()) / 1e6; }

json frame_arguments(const FrameRecord& record) {
  json arguments = {{"frame", record.frame},
                    {"outcome", outcome_word(record.outcome)},
                    {"why", name_of(record.why)},
                    {"exit", record.exit},
                    {"place", record.answered() ? name_of(record.place) : "none"},
                    {"planned_exit", record.planned_exit},
                    {"planned_place", name_of(record.planned_place)},
                    {"latency_ms", milliseconds_of(record.latency)},
                    {"deadline_ms", milliseconds_of(record.deadline)},
                    {"predicted_ms", milliseconds_of(record.predicted)}};
  if (record.sent_again != SentAgain::no) arguments["sent_again"] = name_of(record.sent_again);
  return arguments;
}

json span_arguments(const FrameRecord& record, const Span& span) {
  json arguments = {{"frame", record.frame}};
  if (span.exit > 0) arguments["exit"] = span.exit;
  return arguments;
}

json event_of(const std::string& name, const char* phase, std::size_t lane, std::size_t row) {
  return {{"name", name}, {"ph", phase}, {"pid", 1}, {"tid", (lane + 1) * kRowsPerLane + row}};
}

std::string stretch_event(const std::string& name, std::size_t lane, std::size_t row,
                          Duration begin, Duration end, json arguments) {
  json event = event_of(name, "X", lane, row);
  event["cat"] = kLaneNames[lane];
  event["ts"] = microseconds_of(begin);
  event["dur"] = microseconds_of(end - begin);
  event["args"] = std::move(arguments);
  return event.dump();
}

}  // namespace

ChromeTrace::ChromeTrace(const std::string& file) : file_(file), out_(file) {
  if (!out_) throw InputError("it cannot be written", file, "give a file in a writable folder");
  out_ << "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[";
}

void ChromeTrace::add(const FrameRecord& record) {
  const Duration answered = record.arrival + record.latency;
  const std::size_t frame_row = row_for(kFrames, record.arrival, answered);
  write(stretch_event("frame " + std::to_string(record.frame), kFrames, frame_row, record.arrival,
                      answered, frame_arguments(record)));
  for (const Span& span : record.spans) {
    const std::size_t lane = lane_of(span.step);
    const Duration begin = record.arrival + span.begin;
    const Duration end = begin + span.length;
    const std::size_t row = lane == kFrames ? frame_row : row_for(lane, begin, end);
    write(stretch_event(name_of(span.step), lane, row, begin, end, span_arguments(record, span)));
  }
}

/// The first row of the lane where nothing is in the way; a new one, with its name, if there is
/// none.
std::size_t ChromeTrace::row_for(std::size_t lane, Duration begin, Duration end) {
  std::vector<Row>& rows = rows_[lane];
  const auto free = std::find_if(rows.begin(), rows.end(), [&](const Row& row) {
    return std::none_of(row.begin(), row.end(), [&](const Stretch& other) {
      return begin < other.end && other.begin < end;
    });
  });
  const auto index = static_cast<std::size_t>(free - rows.begin());
  if (free == rows.end()) {
    rows.emplace_back();
    json name = event_of("thread_name", "M", lane, index);
    name["args"]["name"] = kLaneNames[lane] + (index == 0 ? "" : " " + std::to_string(index + 1));
    write(name.dump());
    json place = event_of("thread_sort_index", "M", lane, index);
    place["args"]["sort_index"] = place["tid"];
    write(place.dump());
  }
  Row& row = rows[index];
  row.push_back({begin, end});
  if (row.size() > kRemembered) row.pop_front();
  return index;
}

void ChromeTrace::write(const std::string& event) {
  out_ << (first_ ? "\n" : ",\n") << event;
  first_ = false;
}

void ChromeTrace::finish() {
  out_ << "\n]}\n";
  out_.close();
  if (!out_) {
    throw RunError(file_ + ": cannot be written; is the disk full or the folder read-only?");
  }
}

}  // namespace branchline::lab
