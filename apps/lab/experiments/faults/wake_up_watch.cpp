#include "apps/lab/experiments/faults/wake_up_watch.h"

#include <algorithm>

namespace branchline::lab {
namespace {

constexpr Duration kNap = std::chrono::microseconds(500);

}  // namespace

WakeUpWatch::WakeUpWatch() : seen_until_(Clock::now()), thread_([this] { run(); }) {}

WakeUpWatch::~WakeUpWatch() {
  stopping_ = true;
  thread_.join();
}

void WakeUpWatch::run() {
  while (!stopping_) {
    const TimePoint due = Clock::now() + kNap;
    std::this_thread::sleep_until(due);
    const TimePoint woke = Clock::now();
    const std::lock_guard lock(mutex_);
    if (woke - due > kLate) late_.push_back({due, woke});
    seen_until_ = woke;
  }
}

bool WakeUpWatch::was_late_between(TimePoint from, TimePoint to) const {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (seen_until_ >= to) {
        // They come in order: the newest are looked at first.
        for (auto late = late_.rbegin(); late != late_.rend() && late->woke >= from; ++late) {
          if (late->asked <= to) return true;
        }
        return false;
      }
    }
    std::this_thread::sleep_for(kNap);
  }
}

std::size_t WakeUpWatch::late_wake_ups() const {
  const std::lock_guard lock(mutex_);
  return late_.size();
}

}  // namespace branchline::lab
