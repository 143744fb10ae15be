#include "transport/rate_schedule.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "framework/base/error.h"

namespace branchline::transport {
namespace {

double in_seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

/// Rounded up, so that advancing by it always gets past the bytes.
Duration seconds_up(double seconds) {
  return Duration{static_cast<std::int64_t>(std::ceil(seconds * 1e9))};
}

}  // namespace

RateTrace steady_rate(double bytes_per_s) { return {{{Duration{0}, bytes_per_s}}, Duration{0}}; }

RateSchedule::RateSchedule(RateTrace trace, TimePoint start)
    : trace_(std::move(trace)), start_(start) {
  const std::vector<RateStep>& steps = trace_.steps;
  BL_EXPECT(!steps.empty() && steps.front().at == Duration{0}, "a link needs a step at 0");
  for (std::size_t i = 1; i < steps.size(); ++i) {
    BL_EXPECT(steps[i - 1].at < steps[i].at, "a link's steps must ascend");
  }
  if (trace_.period == Duration{0}) return;
  BL_EXPECT(trace_.period > steps.back().at, "a link's period must hold all its steps");
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Duration end = i + 1 < steps.size() ? steps[i + 1].at : trace_.period;
    period_bytes_ += steps[i].bytes_per_s * in_seconds(end - steps[i].at);
  }
}

RateSchedule::Position RateSchedule::position_at(TimePoint time) const {
  Duration since = std::max(time - start_, Duration{0});
  if (trace_.period > Duration{0}) since %= trace_.period;
  const auto after =
      std::upper_bound(trace_.steps.begin(), trace_.steps.end(), since,
                       [](Duration moment, const RateStep& step) { return moment < step.at; });
  Position position;
  position.step = static_cast<std::size_t>(after - trace_.steps.begin()) - 1;
  if (after != trace_.steps.end()) {
    position.left = after->at - since;
  } else if (trace_.period > Duration{0}) {
    position.left = trace_.period - since;
  }
  return position;
}

double RateSchedule::rate_at(TimePoint time) const {
  return trace_.steps[position_at(time).step].bytes_per_s;
}

std::optional<TimePoint> RateSchedule::through_at(double bytes, TimePoint from) const {
  if (trace_.period > Duration{0}) {
    if (period_bytes_ <= 0) return std::nullopt;
    const double periods = std::floor(bytes / period_bytes_);
    bytes -= periods * period_bytes_;
    from += trace_.period * static_cast<std::int64_t>(periods);
  }
  for (;;) {
    const Position position = position_at(from);
    const double rate = trace_.steps[position.step].bytes_per_s;
    const bool endless = position.left == Duration::max();
    if (rate > 0) {
      const double seconds = bytes / rate;
      if (endless || seconds <= in_seconds(position.left)) return from + seconds_up(seconds);
      bytes -= rate * in_seconds(position.left);
    } else if (endless) {
      return std::nullopt;
    }
    from += position.left;
  }
}

double RateSchedule::bytes_between(TimePoint from, TimePoint to) const {
  double bytes = 0;
  if (trace_.period > Duration{0} && to - from >= trace_.period) {
    const auto periods = (to - from) / trace_.period;
    bytes += static_cast<double>(periods) * period_bytes_;
    from += trace_.period * periods;
  }
  while (from < to) {
    const Position position = position_at(from);
    const Duration here = std::min(position.left, Duration{to - from});
    bytes += trace_.steps[position.step].bytes_per_s * in_seconds(here);
    from += here;
  }
  return bytes;
}

}  // namespace branchline::transport
