#include "framework/runtime/score.h"

namespace branchline::runtime {

void Score::add(const Result& result) {
  const std::lock_guard lock(mutex_);
  if (result.outcome == Outcome::dropped) ++counts_.dropped;
  if (!result) return;
  ++counts_.done;
  const bool in_time = result.latency <= result.deadline;
  ++(in_time ? counts_.in_time : counts_.late);
  if (result.fell_back()) ++counts_.fell_back;
  latencies_.add(result.latency);
}

void Score::fill(Status& status) const {
  const std::lock_guard lock(mutex_);
  status.done = counts_.done;
  status.in_time = counts_.in_time;
  status.late = counts_.late;
  status.fell_back = counts_.fell_back;
  status.dropped = counts_.dropped;
  status.p50 = latencies_.quantile(0.5);
  status.p95 = latencies_.quantile(0.95);
  status.p99 = latencies_.quantile(0.99);
}

}  // namespace branchline::runtime
