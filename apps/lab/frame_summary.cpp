#include "apps/lab/frame_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "apps/branchline/flags.h"
#include "framework/base/error.h"

namespace branchline::lab {
namespace {

double share(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// Nearest-rank percentile.
Duration percentile(const std::vector<Duration>& sorted, int percent) {
  if (sorted.empty()) return Duration::zero();
  const std::size_t rank = (sorted.size() * static_cast<std::size_t>(percent) + 99) / 100;
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

void count_frame(MethodSummary& s, const FrameRecord& r) {
  ++s.frames;
  s.bytes_per_frame += static_cast<double>(r.timing.bytes_up + r.timing.bytes_down);
  if (r.label) ++s.labelled;
  if (!r.answered()) return;
  ++s.answered;
  ++s.places[static_cast<std::size_t>(r.place)];
  if (s.exits.size() < static_cast<std::size_t>(r.exit)) {
    s.exits.resize(static_cast<std::size_t>(r.exit));
  }
  ++s.exits[static_cast<std::size_t>(r.exit - 1)];
  const bool right = r.correct().value_or(false);
  s.insured += r.insured ? 1 : 0;
  s.in_time += r.in_time() ? 1 : 0;
  s.right += right ? 1 : 0;
  s.right_in_time += right && r.in_time() ? 1 : 0;
}

double milliseconds(Duration duration) { return static_cast<double>(duration.count()) / 1e6; }

std::string percent_or_dash(std::optional<double> value) {
  return value ? fmt::format("{:.1f} %", 100 * *value) : "-";
}

std::string worst_text(const MethodSummary& s) {
  if (s.unanswered() > 0) return fmt::format("{} lost", s.unanswered());
  return apps::show_duration(s.worst);
}

}  // namespace

double MethodSummary::hit_rate() const { return share(in_time, frames); }
double MethodSummary::insured_share() const { return share(insured, frames); }

std::optional<double> MethodSummary::accuracy() const {
  if (labelled == 0) return std::nullopt;
  return share(right, labelled);
}

std::optional<double> MethodSummary::right_in_time_share() const {
  if (labelled == 0) return std::nullopt;
  return share(right_in_time, labelled);
}

MethodSummary summarise(const std::string& method, const std::vector<FrameRecord>& records) {
  MethodSummary summary;
  summary.method = method;
  std::vector<Duration> latencies;
  for (const FrameRecord& record : records) {
    count_frame(summary, record);
    if (record.answered()) latencies.push_back(record.latency);
  }
  if (summary.frames > 0) summary.bytes_per_frame /= static_cast<double>(summary.frames);
  std::sort(latencies.begin(), latencies.end());
  summary.p50 = percentile(latencies, 50);
  summary.p95 = percentile(latencies, 95);
  summary.p99 = percentile(latencies, 99);
  summary.worst = latencies.empty() ? Duration::zero() : latencies.back();
  return summary;
}

std::string text_table(const std::vector<MethodSummary>& rows) {
  std::size_t width = 8;
  for (const MethodSummary& row : rows) width = std::max(width, row.method.size());
  std::string table =
      fmt::format("{:<{}}  {:>12}  {:>9}  {:>13}  {:>11}  {:>9}  {:>9}\n", "", width,
                  "deadline met", "accuracy", "right in time", "bytes/frame", "median", "worst");
  for (const MethodSummary& row : rows) {
    table += fmt::format("{:<{}}  {:>12}  {:>9}  {:>13}  {:>11}  {:>9}  {:>9}\n", row.method, width,
                         percent_or_dash(row.hit_rate()), percent_or_dash(row.accuracy()),
                         percent_or_dash(row.right_in_time_share()),
                         apps::show_bytes(std::llround(row.bytes_per_frame)),
                         row.answered == 0 ? "-" : apps::show_duration(row.p50), worst_text(row));
  }
  return table;
}

std::string where_text(const MethodSummary& s) {
  std::string text = fmt::format("{} frame{}: device {}, split {}, edge {}", s.frames,
                                 s.frames == 1 ? "" : "s", s.places[0], s.places[1], s.places[2]);
  for (std::size_t exit = 0; exit < s.exits.size(); ++exit) {
    text += fmt::format("{} exit {}: {}", exit == 0 ? ";" : ",", exit + 1, s.exits[exit]);
  }
  if (s.insured > 0) text += fmt::format("; {} by the insurance", s.insured);
  if (s.unanswered() > 0) text += fmt::format("; {} without an answer", s.unanswered());
  return text + "\n";
}

std::string summary_json(const std::vector<MethodSummary>& rows) {
  using json = nlohmann::ordered_json;
  const auto share_or_null = [](std::optional<double> value) {
    return value ? json(*value) : json();
  };
  json methods = json::array();
  for (const MethodSummary& s : rows) {
    methods.push_back({{"method", s.method},
                       {"frames", s.frames},
                       {"answered", s.answered},
                       {"hit_rate", s.hit_rate()},
                       {"accuracy", share_or_null(s.accuracy())},
                       {"right_in_time", share_or_null(s.right_in_time_share())},
                       {"insured", s.insured},
                       {"device", s.places[0]},
                       {"split", s.places[1]},
                       {"edge", s.places[2]},
                       {"exits", s.exits},
                       {"bytes_per_frame", s.bytes_per_frame},
                       {"p50_ns", s.p50.count()},
                       {"p95_ns", s.p95.count()},
                       {"p99_ns", s.p99.count()},
                       {"worst_ns", s.worst.count()}});
  }
  return json({{"schema", "branchline.summary/1"}, {"methods", methods}}).dump(2);
}

Goal parse_goal(const std::string& text, const std::string& where) {
  const std::string fix =
      "write e.g. 'hit_rate>=0.95'; metrics: hit_rate, accuracy, right_in_time (0 to 1), p50, p95, "
      "p99, worst (with a unit: 'worst<=120ms')";
  const std::size_t sign = text.find_first_of("<>");
  if (sign == std::string::npos || sign + 2 >= text.size() || text[sign + 1] != '=') {
    throw InputError("'" + text + "' is no goal", where, fix);
  }
  Goal goal{text.substr(0, sign), text[sign] == '>', 0, text};
  const std::string bound = text.substr(sign + 2);
  if (goal.metric == "p50" || goal.metric == "p95" || goal.metric == "p99" ||
      goal.metric == "worst") {
    goal.bound = milliseconds(apps::parse_duration(bound, where));
    return goal;
  }
  if (goal.metric != "hit_rate" && goal.metric != "accuracy" && goal.metric != "right_in_time") {
    throw InputError("'" + goal.metric + "' is no metric", where, fix);
  }
  char* end = nullptr;
  goal.bound = std::strtod(bound.c_str(), &end);
  if (end == bound.c_str() || *end != '\0' || !(goal.bound >= 0 && goal.bound <= 1)) {
    throw InputError("'" + bound + "' is not between 0 and 1", where, fix);
  }
  return goal;
}

bool meets(const Goal& goal, const MethodSummary& s) {
  std::optional<double> value;
  if (goal.metric == "hit_rate") value = s.hit_rate();
  if (goal.metric == "accuracy") value = s.accuracy();
  if (goal.metric == "right_in_time") value = s.right_in_time_share();
  if (goal.metric == "p50") value = milliseconds(s.p50);
  if (goal.metric == "p95") value = milliseconds(s.p95);
  if (goal.metric == "p99") value = milliseconds(s.p99);
  if (goal.metric == "worst") value = milliseconds(s.worst);
  // Latencies are those of the answers: a run that lost frames has no best case to show.
  const bool latency = goal.metric[0] == 'p' || goal.metric == "worst";
  if (!value || s.frames == 0 || (latency && s.unanswered() > 0 && !goal.at_least)) return false;
  return goal.at_least ? *value >= goal.bound : *value <= goal.bound;
}

}  // namespace branchline::lab
