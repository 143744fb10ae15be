#pragma once

#include <mutex>

#include "branchline/status.h"
#include "framework/runtime/recent_durations.h"

namespace branchline::runtime {

/// Counts what became of requests. Safe from any thread.
class Score {
 public:
  void add(const Result& result);
  void fill(Status& status) const;

 private:
  mutable std::mutex mutex_;  // guards all below
  Status counts_;
  RecentDurations latencies_{1000};
};

}  // namespace branchline::runtime
