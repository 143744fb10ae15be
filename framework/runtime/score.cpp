#include "framework/runtime/score.h"

namespace branchline::runtime {

void Score::add(const Result& result) {
  const std::lock_guard lock(mutex_);
  ++counts_.results[{result.outcome, result.why}];
  if (result.outcome == Outcome::dropped) ++counts_.dropped;
  if (result.sent_again == SentAgain::failover) ++counts_.failed_over;
  if (result.sent_again == SentAgain::hedge) ++counts_.hedged;
  counts_.bytes_up += result.timing.bytes_up;
  counts_.bytes_down += result.timing.bytes_down;
  if (result) {
    add_answer(result);
  } else if (result.outcome != Outcome::dropped) {
    ++counts_.failed;
  }
}

void Score::add_answer(const Result& result) {
  ++counts_.done;
  const bool in_time = result.latency <= result.deadline;
  ++(in_time ? counts_.in_time : counts_.late);
  ++counts_.answers[{result.plan.place, result.plan.exit}];
  latencies_.add(result.latency);
  recent_.add(result.latency);
  if (result.deadline > Duration(0)) deadline_ratios_.add(result.latency, result.deadline);
  if (result.fell_back()) {
    ++counts_.fell_back;
    ++counts_.fallbacks[result.why];
  } else if (result.plan.predicted > Duration(0)) {
    prediction_ratios_.add(result.latency, result.plan.predicted);
  }
}

Status Score::read() const {
  const std::lock_guard lock(mutex_);
  Status status = counts_;
  status.latencies = latencies_.read();
  status.deadline_ratios = deadline_ratios_.read();
  status.prediction_ratios = prediction_ratios_.read();
  status.p50 = recent_.quantile(0.5);
  status.p95 = recent_.quantile(0.95);
  status.p99 = recent_.quantile(0.99);
  return status;
}

}  // namespace branchline::runtime
