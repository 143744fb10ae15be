#include "framework/runtime/edge_counters.h"

namespace branchline::runtime {
namespace {

using transport::Refusal;

constexpr const char* kStages[] = {"arrival", "queue", "compute"};

bool is_refusal(Refusal why) { return why != Refusal::expired && why != Refusal::cancelled; }

}  // namespace

void EdgeCounters::add_answered(int exit, Duration compute) noexcept {
  ++answered_;
  const auto index = static_cast<std::size_t>(exit);
  if (index < computed_.size()) computed_[index].add(compute);
}

void EdgeCounters::add_batch(int requests) noexcept {
  std::size_t index = 0;
  while (index + 1 < batches_.size() && requests > ServiceTimes::kSizes[index]) ++index;
  ++batches_[index];
}

std::uint64_t EdgeCounters::expired() const noexcept {
  std::uint64_t sum = 0;
  for (const auto& count : expired_) sum += count;
  return sum;
}

std::uint64_t EdgeCounters::refused() const noexcept {
  std::uint64_t sum = 0;
  for (const auto& count : refused_) sum += count;
  return sum - count_of(Refusal::failed) - count_of(Refusal::cancelled);
}

EdgeMetrics EdgeCounters::read() const {
  EdgeMetrics metrics;
  metrics.queued = queued_.read();
  for (const DurationHistogram& exit : computed_) metrics.computed.push_back(exit.read());
  for (std::size_t i = 0; i < expired_.size(); ++i) metrics.expired[kStages[i]] = expired_[i];
  for (std::size_t i = 1; i <= kReasons; ++i) {
    const auto why = static_cast<Refusal>(i);
    if (is_refusal(why)) metrics.refused[transport::name_of(why)] = refused_[i];
  }
  for (std::size_t i = 0; i < kOverloads.size(); ++i) {
    metrics.overloaded[kOverloads[i]] = overloaded_[i];
  }
  for (std::size_t i = 0; i < batches_.size(); ++i) {
    metrics.batches[ServiceTimes::kSizes[i]] = batches_[i];
  }
  metrics.answered = answered_;
  metrics.cancelled = count_of(Refusal::cancelled);
  metrics.bytes_in = bytes_in_;
  metrics.bytes_out = bytes_out_;
  metrics.connections = connections;
  metrics.in_flight = in_flight;
  return metrics;
}

}  // namespace branchline::runtime
