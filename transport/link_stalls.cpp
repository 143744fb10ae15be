#include "transport/link_stalls.h"

#include <algorithm>

namespace branchline::transport {

void LinkStalls::begin(Duration length) {
  const TimePoint until = Clock::now() + length;
  if (stalled_ && until <= end_timer_.expiry()) return;
  end_timer_.expires_at(until);
  end_timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    // A longer stall may have begun since this one's end was queued.
    if (!error && self && Clock::now() >= self->end_timer_.expiry()) self->end();
  });
  if (stalled_) return;
  stalled_ = true;
  if (change) change();
}

void LinkStalls::end() {
  end_timer_.cancel();
  if (!stalled_) return;
  stalled_ = false;
  if (change) change();
}

void LinkStalls::repeat(Duration length, Duration every) {
  length_ = length;
  every_ = every;
  wait_for_next();
}

void LinkStalls::wait_for_next() {
  next_timer_.cancel();
  if (every_ <= Duration{0} || length_ <= Duration{0}) return;
  std::exponential_distribution<double> gap(1.0);
  // At most ten times the mean: a caller who counts on stalls is not left without.
  const double gaps = std::min(gap(random_), 10.0);
  next_timer_.expires_after(std::chrono::duration_cast<Duration>(
      gaps * std::chrono::duration<double, std::nano>(every_)));
  next_timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (error || !self || self->every_ <= Duration{0}) return;
    self->begin(self->length_);
    self->wait_for_next();
  });
}

void LinkStalls::stop() {
  every_ = Duration{0};
  change = {};
  end_timer_.cancel();
  next_timer_.cancel();
}

}  // namespace branchline::transport
