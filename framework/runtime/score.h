#pragma once

#include <array>
#include <cstdint>
#include <mutex>

#include "branchline/status.h"
#include "framework/runtime/recent_durations.h"

namespace branchline::runtime {

/// Counts what became of requests. Safe from any thread.
class Score {
 public:
  void add(const Result& result);

  /// A status with the counts and nothing else.
  Status read() const;

 private:
  void add_answer(const Result& result);

  mutable std::mutex mutex_;  // guards all below
  Status counts_;             // but for by_why and the quantiles
  std::array<std::uint64_t, kWhys> whys_{};
  RecentDurations latencies_{1000};
};

}  // namespace branchline::runtime
