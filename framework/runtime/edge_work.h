#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "framework/base/clock.h"
#include "framework/runtime/service_times.h"
#include "transport/message.h"

namespace branchline::runtime {

class EdgeWork;
using EdgeWorks = std::vector<std::shared_ptr<EdgeWork>>;

/// Something a compute thread of the edge does for somebody. The queue reads the fields, which do
/// not change while it waits, and calls the functions without holding its lock, but for wanted(),
/// which therefore must not call the queue; nor must the end of what wanted() held last. None may
/// throw.
class EdgeWork {
 public:
  virtual ~EdgeWork() = default;

  TimePoint deadline;                   ///< background work: when it wants its turn at the latest
  Duration predicted{0};                ///< of one turn; not read when there are `times`
  std::shared_ptr<ServiceTimes> times;  ///< work that shares them may be run together
  std::uint64_t asker = 0;              ///< the client
  std::uint64_t bytes = 0;              ///< held while it waits
  bool background = false;              ///< never refused, never expires, gives way to requests

  Duration time_of(int size) const { return times ? times->of(size) : size * predicted; }

  /// False once nobody can use the result.
  virtual bool wanted() const = 0;

  /// @param mates  work with the same `times` to be done in the same run, earliest deadline first;
  ///               empty where there are none
  /// @returns false when it wants another turn.
  virtual bool run(const EdgeWorks& mates) = 0;

  /// Instead of run(), exactly once.
  virtual void drop(transport::Refusal why, const std::string& sentence) = 0;
};

}  // namespace branchline::runtime
