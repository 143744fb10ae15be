#pragma once

#include <cstddef>
#include <vector>

#include "framework/base/clock.h"
#include "framework/runtime/edge_work.h"

namespace branchline::runtime {

/// What may run together.
struct BatchLimits {
  int max_size = 1;     ///< 1: nothing
  Duration longest{0};  ///< that one run of several may take: whoever comes meanwhile waits for it
  Duration margin{0};   ///< that is left to every deadline, since runs take longer than foretold
};

/// The edge's rule of who runs next, applied to work that waits: by the queue for a worker that is
/// free now, and ahead of time to foretell when each request will end. Earliest deadline first,
/// background work when no request waits, or when its turn has come and background work had no more
/// than a fifth of a worker's time before. The request whose turn it is takes
/// others of the same plan along where that pays, the run ends before its deadline by
/// the margin, and none of those it overtakes thereby comes closer to its own. Reads the works'
/// fields only. For one thread.
class EdgeForecast {
 public:
  /// @param order    waiting work by ascending deadline; outlives this
  /// @param free_at  when each worker has done what it does now
  /// @param background_from  no background work goes before a request until then
  EdgeForecast(const std::vector<const EdgeWork*>& order, std::vector<TimePoint> free_at,
               const BatchLimits& limits, TimePoint background_from = {});

  /// Until when the turn of a background work keeps others from going before requests.
  static TimePoint background_after(TimePoint begun, TimePoint ended);

  /// What `worker` takes at `now`, as places in the order; none when nothing is left.
  std::vector<std::size_t> take(std::size_t worker, TimePoint now);

  struct Turn {
    TimePoint begin, end;
  };
  /// Takes what is left until no request is, each worker when it is free. @returns the turn of each
  /// work in the order. O(works x workers), and up to 64 works a batch looked through.
  std::vector<Turn> run_out();

  /// When the next worker is free of what was taken.
  TimePoint next_free() const;

 private:
  std::size_t next_place(TimePoint now) const;
  std::vector<std::size_t> batch_of(std::size_t head, std::size_t worker, TimePoint now) const;
  bool holds(const std::vector<std::size_t>& batch, std::size_t worker, TimePoint now) const;

  const std::vector<const EdgeWork*>& order_;
  std::vector<TimePoint> free_at_;
  const BatchLimits limits_;
  TimePoint background_from_;
  std::vector<bool> taken_;
  std::size_t first_ = 0;  ///< all before it are taken
  std::size_t left_;
  std::size_t requests_ = 0;  ///< of those left
};

}  // namespace branchline::runtime
