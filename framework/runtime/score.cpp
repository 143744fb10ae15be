#include "framework/runtime/score.h"

#include <algorithm>

namespace branchline::runtime {

void Score::add(const Result& result) {
  const std::lock_guard lock(mutex_);
  ++whys_[static_cast<std::size_t>(result.why)];
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
  if (result.fell_back()) ++counts_.fell_back;
  ++counts_.by_place[static_cast<std::size_t>(result.plan.place)];
  const auto exits = static_cast<std::size_t>(std::max(result.plan.exit, result.plan.exits));
  if (counts_.by_exit.size() < exits) counts_.by_exit.resize(exits);
  if (result.plan.exit > 0) ++counts_.by_exit[static_cast<std::size_t>(result.plan.exit - 1)];
  latencies_.add(result.latency);
}

Status Score::read() const {
  const std::lock_guard lock(mutex_);
  Status status = counts_;
  for (std::size_t why = 0; why < whys_.size(); ++why) {
    status.by_why[name_of(static_cast<Why>(why))] = whys_[why];
  }
  status.p50 = latencies_.quantile(0.5);
  status.p95 = latencies_.quantile(0.95);
  status.p99 = latencies_.quantile(0.99);
  return status;
}

}  // namespace branchline::runtime
