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

RateSchedule::RateSchedule(std::vector<Step> steps, bool repeat, TimePoint start)
    : steps_(std::move(steps)), start_(start) {
  BL_EXPECT(!steps_.empty() && steps_.front().at == Duration{0}, "a link needs a step at 0");
  for (std::size_t i = 1; i < steps_.size(); ++i) {
    BL_EXPECT(steps_[i - 1].at < steps_[i].at, "a link's steps must ascend");
  }
  if (!repeat || steps_.size() < 2) return;
  const Duration last = steps_.back().at - steps_[steps_.size() - 2].at;
  period_ = steps_.back().at + last;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Duration end = i + 1 < steps_.size() ? steps_[i + 1].at : period_;
    period_bytes_ += steps_[i].bytes_per_s * in_seconds(end - steps_[i].at);
  }
}

RateSchedule::Position RateSchedule::position_at(TimePoint time) const {
  Duration since = std::max(time - start_, Duration{0});
  if (period_ > Duration{0}) since %= period_;
  const auto after =
      std::upper_bound(steps_.begin(), steps_.end(), since,
                       [](Duration moment, const Step& step) { return moment < step.at; });
  Position position;
  position.step = static_cast<std::size_t>(after - steps_.begin()) - 1;
  if (after != steps_.end()) {
    position.left = after->at - since;
  } else if (period_ > Duration{0}) {
    position.left = period_ - since;
  }
  return position;
}

double RateSchedule::rate_at(TimePoint time) const {
  return steps_[position_at(time).step].bytes_per_s;
}

std::optional<TimePoint> RateSchedule::through_at(double bytes, TimePoint from) const {
  if (period_ > Duration{0}) {
    if (period_bytes_ <= 0) return std::nullopt;
    const double periods = std::floor(bytes / period_bytes_);
    bytes -= periods * period_bytes_;
    from += period_ * static_cast<std::int64_t>(periods);
  }
  for (;;) {
    const Position position = position_at(from);
    const double rate = steps_[position.step].bytes_per_s;
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
  if (period_ > Duration{0} && to - from >= period_) {
    const auto periods = (to - from) / period_;
    bytes += static_cast<double>(periods) * period_bytes_;
    from += period_ * periods;
  }
  while (from < to) {
    const Position position = position_at(from);
    const Duration here = std::min(position.left, Duration{to - from});
    bytes += steps_[position.step].bytes_per_s * in_seconds(here);
    from += here;
  }
  return bytes;
}

}  // namespace branchline::transport
