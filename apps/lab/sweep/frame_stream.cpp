#include "apps/lab/sweep/frame_stream.h"

#include <algorithm>
#include <map>
#include <utility>

#include "apps/lab/sweep/sample_statistics.h"

namespace branchline::lab {
namespace {

constexpr std::size_t kQuarters = 4;

double seconds_of(Duration time) { return std::chrono::duration<double>(time).count(); }

/// Rate of the ends after `first` up to and with `last`.
double rate_between(const std::vector<PlanSample>& frames, std::size_t first, std::size_t last) {
  const Duration took = std::max(frames[last].done - frames[first].done, Duration(1));
  return static_cast<double>(last - first) / seconds_of(took);
}

}  // namespace

std::vector<PlanSample> play_stream(StreamedPlan& plan, const StreamLimits& limits,
                                    const TimeSource& time, const std::function<bool()>& stopped) {
  std::map<std::size_t, TimePoint> under_way;
  std::vector<PlanSample> ended;
  const TimePoint start = time.now();
  std::size_t next = 0;
  while (true) {
    const bool long_enough = next >= limits.least && time.now() - start > limits.length;
    const bool more = next < limits.frames && !long_enough && !stopped();
    if (!more && under_way.empty()) return ended;
    const bool room = more && under_way.size() < limits.in_flight;
    if (const auto back = plan.returned(room ? Duration::zero() : limits.patience)) {
      PlanSample sample = plan.end(*back);
      const TimePoint now = time.now();
      sample.total = now - under_way.at(*back);
      sample.done = now - start;
      under_way.erase(*back);
      ended.push_back(sample);
      continue;
    }
    if (!room) return ended;
    under_way[next] = time.now();
    plan.begin(next++);
  }
}

std::optional<StreamScore> score_stream(const std::vector<PlanSample>& frames,
                                        std::size_t in_flight) {
  if (frames.size() < in_flight || in_flight == 0) return std::nullopt;
  const std::size_t first = in_flight - 1, last = frames.size() - 1, steady = last - first;
  if (steady < kQuarters) return std::nullopt;
  StreamScore score;
  score.fps = score.fps_low = score.fps_high = rate_between(frames, first, last);
  for (std::size_t quarter = 0; quarter < kQuarters; ++quarter) {
    const double rate = rate_between(frames, first + steady * quarter / kQuarters,
                                     first + steady * (quarter + 1) / kQuarters);
    score.fps_low = std::min(score.fps_low, rate);
    score.fps_high = std::max(score.fps_high, rate);
  }
  std::vector<double> latencies;
  for (std::size_t i = first + 1; i <= last; ++i) latencies.push_back(to_ms(frames[i].total));
  const Estimate latency = median_of(std::move(latencies));
  score.latency_ms = latency.value;
  score.latency_low_ms = latency.low;
  score.latency_high_ms = latency.high;
  return score;
}

}  // namespace branchline::lab
