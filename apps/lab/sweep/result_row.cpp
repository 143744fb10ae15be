#include "apps/lab/sweep/result_row.h"

#include <fmt/format.h>

#include <functional>
#include <utility>

#include "apps/lab/toml/nearest_word.h"
#include "framework/base/error.h"

namespace branchline::lab {
namespace {

std::string text(double value) { return fmt::format("{:.6g}", value); }

template <typename T>
std::string text(const std::optional<T>& value) {
  return value ? text(static_cast<double>(*value)) : std::string();
}

/// One after the other.
std::optional<double> frames_per_s(const ResultRow& row) {
  if (!row.measured) return std::nullopt;
  return 1e3 / row.measured->median.total;
}

struct Column {
  std::string name;
  bool is_text = false;
  std::function<std::string(const ResultRow&)> cell;
};

std::string part(const std::optional<TimeParts>& times, double TimeParts::*member) {
  return times ? text((*times).*member) : std::string();
}

std::string part(const std::optional<MeasuredTimes>& times, double TimeParts::*member) {
  return times ? text(times->median.*member) : std::string();
}

std::string figure(const std::optional<MeasuredTimes>& times, double MeasuredTimes::*member) {
  return times ? text((*times).*member) : std::string();
}

std::string figure(const std::optional<StreamScore>& stream, double StreamScore::*member) {
  return stream ? text((*stream).*member) : std::string();
}

std::vector<Column> setting_columns() {
  return {{"model", true, [](const ResultRow& r) { return r.model; }},
          {"method", true, [](const ResultRow& r) { return r.method; }},
          {"link", true, [](const ResultRow& r) { return r.link; }},
          {"uplink_mbps", false, [](const ResultRow& r) { return text(r.uplink_mbps); }},
          {"goodput_mbps", false, [](const ResultRow& r) { return text(r.goodput_mbps); }},
          {"delay_ms", false, [](const ResultRow& r) { return text(r.delay_ms); }},
          {"deadline_ms", false, [](const ResultRow& r) { return text(r.deadline_ms); }},
          {"slowdown", false, [](const ResultRow& r) { return text(r.slowdown); }}};
}

std::vector<Column> plan_columns() {
  return {{"exit", false, [](const ResultRow& r) { return std::to_string(r.exit); }},
          {"exits", false, [](const ResultRow& r) { return std::to_string(r.exits); }},
          {"place", true, [](const ResultRow& r) { return r.place; }},
          {"cut", false, [](const ResultRow& r) { return text(r.cut); }},
          {"device_units", false, [](const ResultRow& r) { return text(r.device_units); }},
          {"codec", true, [](const ResultRow& r) { return r.codec; }},
          {"predicted_ms", false,
           [](const ResultRow& r) { return part(r.predicted, &TimeParts::total); }},
          {"predicted_device_ms", false,
           [](const ResultRow& r) { return part(r.predicted, &TimeParts::device); }},
          {"predicted_uplink_ms", false,
           [](const ResultRow& r) { return part(r.predicted, &TimeParts::uplink); }},
          {"predicted_edge_ms", false,
           [](const ResultRow& r) { return part(r.predicted, &TimeParts::edge); }},
          {"predicted_downlink_ms", false,
           [](const ResultRow& r) { return part(r.predicted, &TimeParts::downlink); }}};
}

std::vector<Column> measured_columns() {
  return {{"samples", false, [](const ResultRow& r) { return std::to_string(r.samples); }},
          {"measured_ms", false,
           [](const ResultRow& r) { return part(r.measured, &TimeParts::total); }},
          {"measured_low_ms", false,
           [](const ResultRow& r) { return figure(r.measured, &MeasuredTimes::low); }},
          {"measured_high_ms", false,
           [](const ResultRow& r) { return figure(r.measured, &MeasuredTimes::high); }},
          {"measured_p90_ms", false,
           [](const ResultRow& r) { return figure(r.measured, &MeasuredTimes::p90); }},
          {"measured_device_ms", false,
           [](const ResultRow& r) { return part(r.measured, &TimeParts::device); }},
          {"measured_uplink_ms", false,
           [](const ResultRow& r) { return part(r.measured, &TimeParts::uplink); }},
          {"measured_edge_ms", false,
           [](const ResultRow& r) { return part(r.measured, &TimeParts::edge); }},
          {"measured_downlink_ms", false,
           [](const ResultRow& r) { return part(r.measured, &TimeParts::downlink); }},
          {"bytes_up", false,
           [](const ResultRow& r) { return figure(r.measured, &MeasuredTimes::bytes_up); }},
          {"bytes_down", false,
           [](const ResultRow& r) { return figure(r.measured, &MeasuredTimes::bytes_down); }}};
}

std::vector<Column> score_columns() {
  return {
      {"hit_rate", false, [](const ResultRow& r) { return text(r.hit_rate); }},
      {"hit_low", false, [](const ResultRow& r) { return text(r.hit_low); }},
      {"hit_high", false, [](const ResultRow& r) { return text(r.hit_high); }},
      {"accuracy", false, [](const ResultRow& r) { return text(r.accuracy); }},
      {"delivered_accuracy", false, [](const ResultRow& r) { return text(r.delivered_accuracy); }},
      {"solver_us", false, [](const ResultRow& r) { return text(r.solver_us); }},
      {"ratio_to_optimum", false, [](const ResultRow& r) { return text(r.ratio_to_optimum); }},
      {"fps", false, [](const ResultRow& r) { return text(frames_per_s(r)); }}};
}

std::vector<Column> stream_columns() {
  std::vector<Column> columns = {
      {"predicted_fps", false, [](const ResultRow& r) { return text(r.predicted_fps); }}};
  const auto add = [&columns](const std::string& name, double StreamScore::*member) {
    columns.push_back(
        {name, false, [member](const ResultRow& r) { return figure(r.stream, member); }});
  };
  add("measured_fps", &StreamScore::fps);
  add("measured_fps_low", &StreamScore::fps_low);
  add("measured_fps_high", &StreamScore::fps_high);
  add("stream_latency_ms", &StreamScore::latency_ms);
  add("stream_latency_low_ms", &StreamScore::latency_low_ms);
  add("stream_latency_high_ms", &StreamScore::latency_high_ms);
  return columns;
}

const std::vector<Column>& columns() {
  static const std::vector<Column> all = [] {
    std::vector<Column> joined = setting_columns();
    for (const auto& more :
         {plan_columns(), measured_columns(), score_columns(), stream_columns()}) {
      joined.insert(joined.end(), more.begin(), more.end());
    }
    return joined;
  }();
  return all;
}

const Column& column_named(const std::string& name, const std::string& where) {
  for (const Column& column : columns()) {
    if (column.name == name) return column;
  }
  const auto nearest = nearest_word(name, result_columns());
  throw InputError("'" + name + "' is no column of results.csv", where,
                   nearest ? "did you mean '" + *nearest + "'?" : "see docs/schemas.md");
}

}  // namespace

const std::vector<std::string>& result_columns() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Column& column : columns()) all.push_back(column.name);
    return all;
  }();
  return names;
}

std::string cell(const ResultRow& row, const std::string& column, const std::string& where) {
  return column_named(column, where).cell(row);
}

std::optional<double> number(const ResultRow& row, const std::string& column,
                             const std::string& where) {
  const Column& found = column_named(column, where);
  if (found.is_text) {
    throw InputError("'" + column + "' holds text", where, "name a column of numbers");
  }
  const std::string value = found.cell(row);
  if (value.empty()) return std::nullopt;
  return std::stod(value);
}

std::string results_csv(const std::vector<ResultRow>& rows) {
  std::string csv;
  for (const std::string& name : result_columns()) csv += (csv.empty() ? "" : ",") + name;
  csv += '\n';
  for (const ResultRow& row : rows) {
    std::string line;
    for (const Column& column : columns()) {
      line += (&column == &columns().front() ? "" : ",") + column.cell(row);
    }
    csv += line + '\n';
  }
  return csv;
}

std::string describe(const ResultRow& row) {
  return fmt::format("{} {} on {} by {:g} ms", row.model, row.method, row.link, row.deadline_ms);
}

}  // namespace branchline::lab
