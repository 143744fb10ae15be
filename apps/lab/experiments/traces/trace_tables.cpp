#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "apps/branchline/flags.h"
#include "apps/lab/experiments/traces/trace_experiment.h"
#include "framework/base/error.h"

namespace branchline::lab {
namespace {

using apps::padded;
using TraceJson = nlohmann::ordered_json;

std::string percent(double share) { return fmt::format("{:.1f}", 100 * share); }

std::string percent(const Interval& interval) {
  return fmt::format("{:.1f} [{:.1f}, {:.1f}]", 100 * interval.value, 100 * interval.low,
                     100 * interval.high);
}

TraceJson json_of(const Interval& interval) {
  return {{"value", interval.value}, {"low", interval.low}, {"high", interval.high}};
}

TraceJson json_of(const TraceScore& score) {
  return {{"method", score.method},
          {"frames", score.frames},
          {"hit_rate", json_of(score.hit_rate)},
          {"accuracy", json_of(score.accuracy)},
          {"right_in_time", json_of(score.right_in_time)},
          {"over_branchline", json_of(score.over_reference)},
          {"switches", score.switches},
          {"worst_ns", score.worst.count()},
          {"unanswered", score.unanswered},
          {"device", score.on_device},
          {"split", score.split},
          {"edge", score.on_edge}};
}

std::string worst_text(const TraceScore& score) {
  return score.unanswered < 1 ? apps::show_duration(score.worst) : "never";
}

/// In ms; empty where no answer ever came.
std::string worst_cell(const TraceScore& score) {
  if (score.unanswered == 1) return "";
  return fmt::format("{:.3f}", static_cast<double>(score.worst.count()) / 1e6);
}

const TracePlay& play_named(const std::string& method, const std::vector<TracePlay>& plays) {
  const auto found = std::find_if(plays.begin(), plays.end(),
                                  [&](const TracePlay& play) { return play.method == method; });
  BL_EXPECT(found != plays.end(), "nobody played " + method);
  return *found;
}

/// Exit in time (0: none) and latency (empty: no answer ever).
std::string answer_cells(const TraceFrame& frame) {
  const bool answered = frame.latency > Duration::zero();
  return fmt::format("{},{}", frame.exit + 1,
                     answered ? std::to_string(frame.latency.count()) : std::string());
}

}  // namespace

std::string trace_table(const TraceRows& rows) {
  std::string text = fmt::format(
      "{} on {}: {} frames, one every {}, deadline {}, device {:.3g} times slower than the edge\n",
      rows.network, rows.trace, rows.scores.front().frames, apps::show_duration(rows.period),
      apps::show_duration(rows.deadline), rows.slowdown);
  text += padded("method", 24) + padded("hits %", 22) + padded("accuracy %", 22) +
          padded("hits x accuracy %", 22) + padded("over branchline", 22) + padded("switches", 10) +
          padded("worst", 10) + "device/split/edge %\n";
  for (const TraceScore& score : rows.scores) {
    text += padded(score.method, 24) + padded(percent(score.hit_rate), 22) +
            padded(percent(score.accuracy), 22) + padded(percent(score.right_in_time), 22) +
            padded(percent(score.over_reference), 22) + padded(std::to_string(score.switches), 10) +
            padded(worst_text(score), 10) + percent(score.on_device) + "/" + percent(score.split) +
            "/" + percent(score.on_edge) + '\n';
  }
  text += "branchline:";
  for (std::size_t exit = 0; exit < rows.exits.size(); ++exit) {
    text += fmt::format(" exit {} {} %,", exit + 1, percent(rows.exits[exit]));
  }
  for (const auto& [why, share] : rows.reasons) {
    text += fmt::format(" {} {} %,", why, percent(share));
  }
  text.back() = '\n';
  return text;
}

std::string live_table(const std::vector<LiveRow>& rows) {
  std::string text = padded("network", 20) + padded("trace", 24) + padded("method", 24) +
                     padded("hits % simulated", 18) + padded("real", 8) +
                     padded("hits x accuracy % simulated", 29) + "real\n";
  for (const LiveRow& row : rows) {
    text += padded(row.network, 20) + padded(row.trace, 24) + padded(row.method, 24) +
            padded(percent(row.simulated_hits), 18) + padded(percent(row.live_hits), 8) +
            padded(percent(row.simulated_right), 29) + percent(row.live_right) + '\n';
  }
  return text;
}

std::string traces_csv(const std::vector<TraceRows>& rows) {
  std::string text =
      "schema,network,trace,method,frames,hit_rate,hit_rate_low,hit_rate_high,accuracy,"
      "accuracy_low,accuracy_high,right_in_time,right_in_time_low,right_in_time_high,"
      "over_branchline,over_branchline_low,over_branchline_high,device,split,edge,switches,"
      "worst_ms,unanswered\n";
  for (const TraceRows& trace : rows) {
    for (const TraceScore& score : trace.scores) {
      text += fmt::format("branchline.traces_experiment/1,{},{},\"{}\",{}", trace.network,
                          trace.trace, score.method, score.frames);
      for (const Interval& figure :
           {score.hit_rate, score.accuracy, score.right_in_time, score.over_reference}) {
        text += fmt::format(",{:.6f},{:.6f},{:.6f}", figure.value, figure.low, figure.high);
      }
      text += fmt::format(",{:.6f},{:.6f},{:.6f},{},{},{:.6f}\n", score.on_device, score.split,
                          score.on_edge, score.switches, worst_cell(score), score.unanswered);
    }
  }
  return text;
}

std::string trace_frames_csv(const TraceSetting& setting, const TraceCase& trace,
                             const std::vector<TracePlay>& plays, bool header) {
  std::string text = header ? "schema,network,trace,frame,arrival_ns,in_time,right,exit,place,why,"
                              "planned_exit,planned_place,predicted_ns,latency_ns,link_up,"
                              "estimated_bytes_per_s,passed_bytes_per_s,edgent_static_exit,"
                              "edgent_static_latency_ns,edgent_dynamic_exit,"
                              "edgent_dynamic_latency_ns\n"
                            : "";
  const transport::RateSchedule uplink(trace.link.uplink, TimePoint{});
  const TracePlay& play = plays.front();
  const TracePlay& edgent_static = play_named("edgent static", plays);
  const TracePlay& edgent_dynamic = play_named("edgent dynamic", plays);
  for (std::size_t i = 0; i < play.frames.size(); ++i) {
    const TraceFrame& frame = play.frames[i];
    const Duration arrival = static_cast<std::int64_t>(i) * setting.period;
    const double passed =
        uplink.bytes_between(TimePoint{} + arrival, TimePoint{} + arrival + setting.deadline) /
        std::chrono::duration<double>(setting.deadline).count();
    text += fmt::format(
        "branchline.trace_frames/1,{},{},{},{},{:d},{:d},{},{},{},{},{},{},{},{:d},"
        "{:.0f},{:.0f},{},{}\n",
        setting.network, trace.name, i, arrival.count(), frame.in_time, frame.right, frame.exit + 1,
        name_of(frame.place), name_of(frame.why), frame.planned_exit + 1,
        name_of(frame.planned_place), frame.predicted.count(), frame.latency.count(), frame.link_up,
        frame.estimated_bytes_per_s, passed, answer_cells(edgent_static.frames[i]),
        answer_cells(edgent_dynamic.frames[i]));
  }
  return text;
}

std::string traces_json(const std::vector<TraceRows>& rows, const std::vector<LiveRow>& live) {
  TraceJson json = {{"schema", "branchline.traces_experiment/1"},
                    {"traces", TraceJson::array()},
                    {"live", TraceJson::array()}};
  for (const TraceRows& trace : rows) {
    TraceJson scores = TraceJson::array();
    for (const TraceScore& score : trace.scores) scores.push_back(json_of(score));
    json["traces"].push_back({{"network", trace.network},
                              {"trace", trace.trace},
                              {"slowdown", trace.slowdown},
                              {"deadline_ns", trace.deadline.count()},
                              {"period_ns", trace.period.count()},
                              {"missed_targets", missed_targets(trace)},
                              {"exits", trace.exits},
                              {"reasons", trace.reasons},
                              {"methods", std::move(scores)}});
  }
  for (const LiveRow& row : live) {
    json["live"].push_back({{"network", row.network},
                            {"trace", row.trace},
                            {"method", row.method},
                            {"simulated_hit_rate", row.simulated_hits},
                            {"hit_rate", row.live_hits},
                            {"simulated_right_in_time", row.simulated_right},
                            {"right_in_time", row.live_right}});
  }
  return json.dump(2) + '\n';
}

}  // namespace branchline::lab
