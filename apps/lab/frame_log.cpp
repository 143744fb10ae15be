#include "apps/lab/frame_log.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <ostream>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

constexpr const char* kCsvSchema = "branchline.frames/1";

/// Quoted when a separator, a quote or a line end would break the table.
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c == '\n' || c == '\r' ? ' ' : c;
  }
  return quoted + '"';
}

int arg_max(const Tensor& logits) {
  if (logits.type != DType::f32 || logits.byte_size() < sizeof(float)) return -1;
  const auto* values = static_cast<const float*>(logits.data.get());
  const auto count = static_cast<std::ptrdiff_t>(logits.byte_size() / sizeof(float));
  return static_cast<int>(std::max_element(values, values + count) - values);
}

std::string codec_of(const Plan& plan) {
  for (const Stage& stage : plan.stages) {
    if (stage.tier == Tier::device && !stage.codec.empty()) return stage.codec;
  }
  return "";
}

void set_answer(FrameRecord& record, const Result& result,
                const std::vector<std::string>& classes) {
  record.exit = result.plan.exit;
  record.place = result.plan.place;
  record.insured = result.fell_back();
  record.prediction_index = arg_max(result.outputs.front());
  if (record.prediction_index < 0) return;
  const auto index = static_cast<std::size_t>(record.prediction_index);
  record.prediction = index < classes.size() ? classes[index] : std::to_string(index);
}

}  // namespace

std::optional<bool> FrameRecord::correct() const {
  if (!label) return std::nullopt;
  return prediction && (*prediction == *label || std::to_string(prediction_index) == *label);
}

FrameRecord record_of(const Result& result, Duration submit_lag,
                      const std::vector<std::string>& classes) {
  const Plan& planned = result.abandoned ? *result.abandoned : result.plan;
  FrameRecord record;
  record.frame = result.frame;
  record.outcome = result.outcome;
  record.why = result.why;
  record.planned_exit = planned.exit;
  record.planned_place = planned.place;
  record.latency = result.latency + submit_lag;
  record.deadline = result.deadline + submit_lag;
  record.predicted = planned.predicted;
  record.timing = result.timing;
  record.spans = result.spans;
  for (Span& span : record.spans) span.begin += submit_lag;
  record.sent_again = result.sent_again;
  record.codec = codec_of(planned);
  record.edge = result.link.edge;
  record.link_up = result.link.up;
  record.uplink_bps = result.link.uplink_bps;
  record.round_trip = result.link.round_trip;
  record.detail = result.detail;
  if (result) set_answer(record, result, classes);
  return record;
}

const char* outcome_word(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok:
      return "ok";
    case Outcome::late:
      return "late";
    case Outcome::infeasible:
      return "infeasible";
    case Outcome::dropped:
    case Outcome::cancelled:
    case Outcome::stopped:
      return "dropped";
    case Outcome::bad_input:
    case Outcome::error:
      break;
  }
  return "error";
}

std::string to_json_line(const FrameRecord& r) {
  using json = nlohmann::ordered_json;
  const auto text = [](const std::optional<std::string>& value) {
    return value ? json(*value) : json();
  };
  const bool planned = r.planned_exit > 0;
  json line = {{"schema", "branchline.frame/1"},
               {"frame", r.frame},
               {"outcome", outcome_word(r.outcome)},
               {"why", name_of(r.why)},
               {"exit", r.answered() ? json(r.exit) : json()},
               {"place", r.answered() ? json(name_of(r.place)) : json()},
               {"planned_exit", planned ? json(r.planned_exit) : json()},
               {"planned_place", planned ? json(name_of(r.planned_place)) : json()},
               {"insured", r.insured},
               {"latency_ns", r.latency.count()},
               {"deadline_ns", r.deadline.count()},
               {"predicted_ns", r.predicted.count()},
               {"uplink_bytes", r.timing.bytes_up},
               {"downlink_bytes", r.timing.bytes_down},
               {"label", text(r.label)},
               {"prediction", text(r.prediction)},
               {"prediction_index", r.prediction_index < 0 ? json() : json(r.prediction_index)},
               {"arrival_ns", r.arrival.count()},
               {"device_ns", r.timing.device.count()},
               {"edge_ns", r.timing.edge.count()},
               {"codec", r.codec},
               {"edge", r.edge},
               {"sent_again", name_of(r.sent_again)},
               {"link_up", r.link_up},
               {"uplink_bps", r.uplink_bps}};
  if (!r.detail.empty()) line["detail"] = r.detail;
  // A path that is not UTF-8 must not end the run.
  return line.dump(-1, ' ', false, json::error_handler_t::replace);
}

void write_csv_header(std::ostream& out) {
  out << "schema,method,frame,arrival_ns,outcome,why,exit,place,planned_exit,planned_place,insured,"
         "latency_ns,deadline_ns,predicted_ns,uplink_bytes,downlink_bytes,label,prediction,"
         "prediction_index,codec,queued_ns,device_ns,encode_ns,uplink_ns,edge_queued_ns,edge_ns,"
         "downlink_ns,fallback_ns,edge,sent_again,link_up,uplink_bps,round_trip_ns,detail\n";
}

void write_csv_line(std::ostream& out, const FrameRecord& r) {
  const char* place = r.answered() ? name_of(r.place) : "";
  const char* planned_place = r.planned_exit > 0 ? name_of(r.planned_place) : "";
  out << kCsvSchema << ',' << csv_field(r.method) << ',' << r.frame << ',' << r.arrival.count()
      << ',' << outcome_word(r.outcome) << ',' << name_of(r.why) << ',' << r.exit << ',' << place
      << ',' << r.planned_exit << ',' << planned_place << ',' << (r.insured ? 1 : 0) << ','
      << r.latency.count() << ',' << r.deadline.count() << ',' << r.predicted.count() << ','
      << r.timing.bytes_up << ',' << r.timing.bytes_down << ',' << csv_field(r.label.value_or(""))
      << ',' << csv_field(r.prediction.value_or("")) << ',' << r.prediction_index << ',' << r.codec
      << ',' << r.timing.queued.count() << ',' << r.timing.device.count() << ','
      << r.timing.encode.count() << ',' << r.timing.uplink.count() << ','
      << r.timing.edge_queued.count() << ',' << r.timing.edge.count() << ','
      << r.timing.downlink.count() << ',' << r.timing.fallback.count() << ',' << csv_field(r.edge)
      << ',' << name_of(r.sent_again) << ',' << (r.link_up ? 1 : 0) << ','
      << static_cast<std::int64_t>(r.uplink_bps) << ',' << r.round_trip.count() << ','
      << csv_field(r.detail) << '\n';
}

void write_csv(const std::string& file, const std::vector<FrameRecord>& records) {
  std::ofstream out(file);
  write_csv_header(out);
  for (const FrameRecord& record : records) write_csv_line(out, record);
  out.flush();
  if (!out) throw RunError(file + ": cannot be written; is the disk full or the folder read-only?");
}

}  // namespace branchline::lab
