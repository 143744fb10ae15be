#include "transport/link_serializer.h"

#include <algorithm>
#include <utility>

namespace branchline::transport {

LinkSerializer::LinkSerializer(RateSchedule schedule, Duration delay, Duration jitter,
                               std::uint64_t seed)
    : schedule_(std::move(schedule)), delay_(delay), jitter_(jitter), random_(seed) {}

void LinkSerializer::offer(std::uint64_t bytes, TimePoint now) {
  run_until(now);
  waiting_.push_back(bytes);
  if (waiting_.size() == 1) begin_next(now);
}

void LinkSerializer::begin_next(TimePoint now) {
  departure_.reset();
  if (waiting_.empty()) return;
  since_ = now;
  left_ = static_cast<double>(waiting_.front());
  if (!frozen()) departure_ = schedule_.through_at(left_, since_);
}

void LinkSerializer::run_until(TimePoint now) {
  if (frozen()) return;
  while (departure_ && *departure_ <= now) {
    const TimePoint left_wire = *departure_;
    in_flight_.push_back(arrival_after(left_wire));
    waiting_.pop_front();
    begin_next(left_wire);
  }
}

TimePoint LinkSerializer::arrival_after(TimePoint departure) {
  TimePoint arrival = departure + delay_;
  if (jitter_ > Duration{0}) {
    arrival += Duration{std::uniform_int_distribution<std::int64_t>(0, jitter_.count())(random_)};
  }
  return arrival;
}

std::size_t LinkSerializer::take_arrived(TimePoint now) {
  run_until(now);
  if (frozen()) return 0;
  std::size_t arrived = 0;
  while (!in_flight_.empty() && in_flight_.front() <= now) {
    in_flight_.pop_front();
    ++arrived;
  }
  return arrived;
}

std::optional<TimePoint> LinkSerializer::next_event() const {
  if (frozen()) return std::nullopt;
  if (in_flight_.empty()) return departure_;
  return departure_ ? std::min(*departure_, in_flight_.front()) : in_flight_.front();
}

void LinkSerializer::change_rate(RateSchedule schedule, TimePoint now) {
  run_until(now);
  if (!waiting_.empty() && !frozen()) {
    left_ = std::max(0.0, left_ - schedule_.bytes_between(since_, std::max(since_, now)));
    since_ = std::max(since_, now);
  }
  schedule_ = std::move(schedule);
  if (!waiting_.empty() && !frozen()) departure_ = schedule_.through_at(left_, since_);
}

void LinkSerializer::change_delay(Duration delay, Duration jitter, TimePoint now) {
  run_until(now);
  delay_ = delay;
  jitter_ = jitter;
}

void LinkSerializer::freeze(TimePoint now) {
  if (frozen()) return;
  run_until(now);
  if (!waiting_.empty()) {
    left_ = std::max(0.0, left_ - schedule_.bytes_between(since_, std::max(since_, now)));
  }
  frozen_since_ = now;
}

void LinkSerializer::thaw(TimePoint now) {
  if (!frozen()) return;
  const Duration stood = now - *frozen_since_;
  frozen_since_.reset();
  for (TimePoint& arrival : in_flight_) arrival += stood;
  if (waiting_.empty()) return;
  since_ = now;
  departure_ = schedule_.through_at(left_, since_);
}

}  // namespace branchline::transport
