#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "framework/base/clock.h"
#include "framework/runtime/edge_forecast.h"
#include "framework/runtime/edge_work.h"
#include "framework/runtime/fair_shares.h"
#include "framework/runtime/overload.h"
#include "framework/runtime/recent_durations.h"
#include "transport/message.h"

namespace branchline::runtime {

/// Whether a request gets in, and why not.
struct Admission {
  bool admitted = true;
  Overload why{};        ///< it does not
  std::string sentence;  ///< the same in words
  Duration queue{0};     ///< waiting time it would have met

  void refuse(Overload reason, std::string words) {
    admitted = false;
    why = reason;
    sentence = std::move(words);
  }
};

/// Work waiting for a compute thread, earliest deadline first, several of one plan in one run where
/// that pays (edge_forecast.h). What cannot be finished in time, or would make another that was let
/// in miss its deadline, is turned away at once; what nobody waits for any more is dropped when it
/// is met. Of the requests and bytes that may wait, and of the time before a deadline, a client
/// gets the part that fair_shares.h says: whoever asks for little finds room however much others
/// ask for. Background work stands in the same order with a deadline of its own, so that it gives
/// way to requests and is still not starved. Safe from any thread; an admission costs O(what
/// waits).
class EdgeQueue {
 public:
  struct Limits {
    std::size_t max_waiting = 64;
    std::uint64_t max_bytes = 256ull << 20;  ///< of all that waits
    int workers = 1;
    int max_batch = 1;          ///< requests in one run
    Duration longest_batch{0};  ///< that one run of several may take
  };

  /// @param time  must outlive the queue
  EdgeQueue(const TimeSource& time, const Limits& limits);

  const Limits& limits() const { return limits_; }

  /// Takes the request in if there is room and it and those let in before it should end in time;
  /// otherwise nothing is kept.
  Admission admit(const std::shared_ptr<EdgeWork>& work);

  void add_background(std::shared_ptr<EdgeWork> work);

  /// Runs the next piece of work, dropping what is in vain before it. Waits when there is none and
  /// `wait` says so. @returns false when nothing ran: no work, or stopped.
  bool run_one(bool wait);

  std::size_t waiting() const;  ///< requests
  bool idle() const;            ///< nothing waits and nothing runs, background aside

  /// Waiting time that a request would meet now, if it had to queue behind all others.
  Duration wait_estimate() const;

  /// How long ago the deadline passed of a request that still runs; 0 when there is none.
  Duration overdue() const;

  /// Drops what waits, with this reason; run_one(true) returns false from now on.
  void stop(transport::Refusal why, const std::string& sentence);

 private:
  struct Entry {
    std::shared_ptr<EdgeWork> work;
    Duration charged{0};  ///< to its client
    TimePoint foretold;   ///< end, when somebody was let in last
  };
  struct Running {
    std::vector<Entry> entries;
    TimePoint begun;
    Duration predicted;
  };
  using Waiting = std::multimap<TimePoint, Entry>;

  std::vector<const EdgeWork*> in_order() const;
  std::vector<TimePoint> free_at(TimePoint now) const;
  BatchLimits batch_limits() const;
  Duration wait_for_all(TimePoint now) const;
  void look_for_room(const EdgeWork& work, const Room& room, Admission& admission) const;
  Admission judge(const EdgeWork& work, TimePoint now, std::vector<EdgeForecast::Turn>& turns);
  bool delays_another(const std::vector<const EdgeWork*>& order, std::size_t place,
                      const std::vector<EdgeForecast::Turn>& turns, TimePoint now) const;
  void note_company(ServiceTimes& times) const;
  EdgeWorks take_vain();
  void note_lateness(Duration late);
  void drop_all(const EdgeWorks& vain) const;
  std::vector<Entry> begin_next();
  void keep_background(TimePoint begun, TimePoint ended);
  void finish(const std::vector<Entry>& entries, bool done);

  const TimeSource& time_;
  const Limits limits_;
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  Waiting waiting_;
  std::vector<Running> running_;
  TimePoint background_from_{};  ///< until then none goes before a request
  FairShares shares_;
  RecentDurations lateness_;  ///< of ends, beyond what was foretold
  Duration margin_{0};        ///< that predictions need
  std::size_t requests_ = 0;
  std::uint64_t bytes_ = 0;
  bool stopped_ = false;
};

}  // namespace branchline::runtime
