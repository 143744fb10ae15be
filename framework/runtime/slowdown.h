#pragma once

#include <map>
#include <string>

#include "framework/base/clock.h"
#include "framework/runtime/recent_durations.h"

namespace branchline::runtime {

/// How long a device emulated `factor` times slower rests after work that depends on the data, such
/// as encoding (slices have a pace: slice_paces.h): (factor - 1) times what it took of the
/// processor. A run that was held up counts as at most a quarter above what the same work usually
/// takes: on a shared machine the time that its host or a neighbour stole stands in the thread's
/// processor time too, and must not be multiplied. Not safe for several threads at once.
class Slowdown {
 public:
  /// @param factor  at least 1
  explicit Slowdown(double factor);

  double factor() const noexcept { return factor_; }

  /// @param work  names the piece of work, the same each time it is done
  Duration rest_after(const std::string& work, Duration busy);

 private:
  const double factor_;
  std::map<std::string, RecentDurations> busy_;
};

}  // namespace branchline::runtime
