#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "framework/base/clock.h"
#include "transport/message.h"

namespace branchline::runtime {

/// Something a compute thread of the edge does for somebody. The queue reads the fields, which do
/// not change once it was admitted, and calls the functions without holding its lock; none of them
/// may throw.
class EdgeWork {
 public:
  virtual ~EdgeWork() = default;

  TimePoint deadline;       ///< background work: when it wants its turn at the latest
  Duration predicted{0};    ///< of compute
  std::uint64_t bytes = 0;  ///< held while it waits
  bool background = false;  ///< never refused, never expires, gives way to requests

  /// False once nobody can use the result.
  virtual bool wanted() const = 0;

  /// @returns false when it wants another turn.
  virtual bool run() = 0;

  /// Instead of run(), exactly once.
  virtual void drop(transport::Refusal why, const std::string& sentence) = 0;
};

/// Why a request does not get in.
struct Admission {
  bool admitted = true;
  std::string sentence;
  Duration queue{0};  ///< waiting time it would have met
};

/// Work waiting for a compute thread, earliest deadline first. What cannot be finished in time is
/// turned away at once; what nobody waits for any more is dropped when it is met. Background work
/// stands in the same order with a deadline of its own, so that it gives way to requests and is
/// still not starved. Safe from any thread.
class EdgeQueue {
 public:
  struct Limits {
    std::size_t max_waiting = 64;
    std::uint64_t max_bytes = 256ull << 20;  ///< of all that waits
    int workers = 1;
  };

  /// @param time  must outlive the queue
  EdgeQueue(const TimeSource& time, const Limits& limits);

  /// Takes the request in if the queue has room and the work ahead of it leaves enough of its
  /// budget; otherwise nothing is kept.
  Admission admit(const std::shared_ptr<EdgeWork>& work);

  void add_background(std::shared_ptr<EdgeWork> work);

  /// Runs the next piece of work, dropping what is in vain before it. Waits when there is none and
  /// `wait` says so. @returns false when nothing ran: no work, or stopped.
  bool run_one(bool wait);

  /// Whether requests wait that background work should give way to.
  bool requests_wait() const;

  std::size_t waiting() const;  ///< requests
  bool idle() const;            ///< nothing waits and nothing runs, background aside

  /// Waiting time that a request would meet now, if it had to queue behind all others.
  Duration wait_estimate() const;

  /// How long ago the deadline passed of a request that still runs; 0 when there is none.
  Duration overdue() const;

  /// Drops what waits, with this reason; run_one(true) returns false from now on.
  void stop(transport::Refusal why, const std::string& sentence);

 private:
  struct Running {
    std::shared_ptr<EdgeWork> work;
    TimePoint begun;
  };
  using Waiting = std::multimap<TimePoint, std::shared_ptr<EdgeWork>>;

  Duration wait_before(TimePoint deadline) const;
  std::vector<std::shared_ptr<EdgeWork>> take_vain();
  void drop_all(const std::vector<std::shared_ptr<EdgeWork>>& vain) const;
  std::shared_ptr<EdgeWork> begin_next();
  void finish(const std::shared_ptr<EdgeWork>& work, bool done);

  const TimeSource& time_;
  const Limits limits_;
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  Waiting waiting_;
  std::vector<Running> running_;
  std::size_t requests_ = 0;
  std::uint64_t bytes_ = 0;
  bool stopped_ = false;
};

}  // namespace branchline::runtime
