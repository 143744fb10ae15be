#include "apps/lab/experiments/traces/trace_case.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "transport/link_trace.h"

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;

constexpr double kBytesPerMbit = 1e6 / 8;

double seconds_of(Duration duration) { return std::chrono::duration<double>(duration).count(); }

transport::RateTrace steps_of(const std::vector<std::pair<Duration, double>>& mbits,
                              double factor) {
  transport::RateTrace trace;
  for (const auto& [at, mbit] : mbits) trace.steps.push_back({at, factor * mbit * kBytesPerMbit});
  return trace;
}

TraceCase step_case(std::string name, Duration delay,
                    const std::vector<std::pair<Duration, double>>& mbits) {
  TraceCase trace;
  trace.name = std::move(name);
  trace.link.uplink = steps_of(mbits, 1);
  trace.link.downlink = steps_of(mbits, 2);
  trace.link.delay = delay;
  trace.length = 60s;
  return trace;
}

double mean_rate(const transport::RateTrace& trace, Duration length) {
  const transport::RateSchedule schedule(trace, TimePoint{});
  return schedule.bytes_between(TimePoint{}, TimePoint{} + length) / seconds_of(length);
}

transport::RateTrace after(const transport::RateTrace& trace, Duration warm_up, Duration length) {
  transport::RateTrace later;
  later.steps.push_back({Duration{0}, mean_rate(trace, length)});
  for (const transport::RateStep& step : trace.steps) {
    later.steps.push_back({step.at + warm_up, step.bytes_per_s});
  }
  return later;
}

}  // namespace

TraceCase recorded_case(const std::string& file, Duration delay) {
  TraceCase trace;
  trace.name = std::filesystem::path(file).stem().string();
  trace.link = transport::read_link_trace(file);
  trace.link.delay = delay;
  trace.length = trace.link.uplink.period;
  return trace;
}

std::vector<TraceCase> step_cases(Duration delay) {
  return {step_case("8-1-8 Mbit/s", delay, {{0s, 8}, {20s, 1}, {40s, 8}}),
          step_case("2-0.3-2 Mbit/s", delay, {{0s, 2}, {20s, 0.3}, {40s, 2}}),
          step_case("4-0-4 Mbit/s", delay, {{0s, 4}, {25s, 0}, {35s, 4}})};
}

transport::LinkProfile with_warm_up(const TraceCase& trace, Duration warm_up) {
  transport::LinkProfile link = trace.link;
  link.uplink = after(trace.link.uplink, warm_up, trace.length);
  link.downlink = after(trace.link.downlink, warm_up, trace.length);
  return link;
}

std::vector<double> uplink_history(const TraceCase& trace) {
  const transport::RateSchedule schedule(trace.link.uplink, TimePoint{});
  std::vector<double> history;
  for (Duration at{0}; at < trace.length; at += 1s) {
    const double bytes = schedule.bytes_between(TimePoint{} + at, TimePoint{} + at + 1s);
    if (bytes > 0) history.push_back(bytes);
  }
  return history;
}

}  // namespace branchline::lab
