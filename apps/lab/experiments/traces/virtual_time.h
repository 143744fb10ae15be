#pragma once

#include "framework/base/clock.h"

namespace branchline::lab {

/// Time that moves only when a simulation moves it. One thread.
class VirtualTime final : public TimeSource {
 public:
  TimePoint now() const override { return now_; }
  void set(TimePoint now) { now_ = now; }

 private:
  TimePoint now_ = TimePoint{} + std::chrono::hours(1);
};

}  // namespace branchline::lab
