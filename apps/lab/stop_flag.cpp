#include "apps/lab/stop_flag.h"

namespace branchline::lab {

StopFlag::StopFlag() : listener_([this] { listen(); }) {}

StopFlag::~StopFlag() {
  signals_.end();
  listener_.join();
}

void StopFlag::listen() {
  while (const int number = signals_.wait()) {
    const std::lock_guard lock(mutex_);
    signal_ = number;
    changed_.notify_all();
  }
}

bool StopFlag::wait_until(TimePoint time) const {
  std::unique_lock lock(mutex_);
  return !changed_.wait_until(lock, time, [this] { return signal_ != 0; });
}

}  // namespace branchline::lab
