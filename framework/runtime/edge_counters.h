#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>

#include "branchline/edge_metrics.h"
#include "framework/runtime/duration_histogram.h"
#include "framework/runtime/overload.h"
#include "framework/runtime/service_times.h"
#include "transport/message.h"

namespace branchline::runtime {

/// Where a request was when its budget ran out.
enum class ExpiryStage : std::uint8_t { arrival, queue, compute };

/// Everything an edge counts. No member locks, so that neither counting nor reading ever waits for
/// a request, a model or the queue. Safe from any thread.
class EdgeCounters {
 public:
  /// Before anything is counted. Answers name their exit, which is below `exits`.
  void set_exits(int exits) { computed_.resize(static_cast<std::size_t>(exits)); }

  void add_started(Duration queued) noexcept { queued_.add(queued); }
  /// A run of slices that answered so many requests at once.
  void add_batch(int requests) noexcept;
  void add_answered(int exit, Duration compute) noexcept;
  void add_expired(ExpiryStage stage) noexcept { ++expired_[static_cast<std::size_t>(stage)]; }
  /// Neither none, nor expired and overloaded, which say more.
  void add_refused(transport::Refusal why) noexcept { ++refused_[static_cast<std::size_t>(why)]; }
  void add_overloaded(Overload why) noexcept {
    ++overloaded_[index_of(why)];
    add_refused(transport::Refusal::overloaded);
  }
  void add_received(std::uint64_t bytes) noexcept { bytes_in_ += bytes; }
  void add_sent(std::uint64_t bytes) noexcept { bytes_out_ += bytes; }

  std::uint64_t answered() const noexcept { return answered_; }
  std::uint64_t expired() const noexcept;
  std::uint64_t refused() const noexcept;  ///< neither failed nor cancelled
  std::uint64_t failed() const noexcept { return count_of(transport::Refusal::failed); }

  EdgeMetrics read() const;

  std::atomic<std::uint64_t> connections{0}, in_flight{0};

 private:
  static constexpr std::size_t kReasons = static_cast<std::size_t>(transport::Refusal::cancelled);

  std::uint64_t count_of(transport::Refusal why) const noexcept {
    return refused_[static_cast<std::size_t>(why)];
  }

  DurationHistogram queued_;
  std::deque<DurationHistogram> computed_;  ///< by exit; a deque because atomics do not move
  std::array<std::atomic<std::uint64_t>, ServiceTimes::kSizes.size()> batches_{};
  std::atomic<std::uint64_t> answered_{0}, bytes_in_{0}, bytes_out_{0};
  std::array<std::atomic<std::uint64_t>, 3> expired_{};
  std::array<std::atomic<std::uint64_t>, kReasons + 1> refused_{};
  std::array<std::atomic<std::uint64_t>, kOverloads.size()> overloaded_{};
};

/// Counts a request as in flight while it lives.
class InFlight {
 public:
  explicit InFlight(EdgeCounters& counters) : counters_(counters) { ++counters_.in_flight; }
  ~InFlight() { --counters_.in_flight; }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;

 private:
  EdgeCounters& counters_;
};

}  // namespace branchline::runtime
