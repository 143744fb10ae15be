#pragma once

#include <mutex>

#include "branchline/status.h"
#include "framework/runtime/duration_histogram.h"
#include "framework/runtime/ratio_histogram.h"
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
  Status counts_;             // but for the histograms and the quantiles
  DurationHistogram latencies_;
  RatioHistogram deadline_ratios_{{.25, .5, .75, .9, 1, 1.1, 1.5, 2}};
  RatioHistogram prediction_ratios_{{.5, .75, .9, 1, 1.1, 1.25, 1.5, 2, 4}};
  RecentDurations recent_{1000};
};

}  // namespace branchline::runtime
