#pragma once

#include <map>
#include <string>

#include "framework/base/clock.h"
#include "framework/runtime/recent_durations.h"

namespace branchline::runtime {

/// How long pieces of work take on a device emulated `factor` times slower. It rests after each,
/// and finds cold caches after that, which a device that is slow by itself does not. On a shared
/// machine the time that its host or a neighbour stole stands in the thread's processor time, too.
/// Neither is to be multiplied. Not safe for several threads at once.
class Slowdown {
 public:
  /// @param factor  at least 1
  explicit Slowdown(double factor);

  double factor() const noexcept { return factor_; }

  /// Work that depends on the data: (factor - 1) times what it took of the processor, of which
  /// at most a quarter above what such work usually takes counts. @returns the rest after it
  /// @param work  names the piece of work, the same each time it is done
  Duration rest_after(const std::string& work, Duration busy);

  /// Work that always takes the same, such as a slice.
  void add_steady(const std::string& work, Duration busy);
  /// @returns factor times the quickest run so far, the work itself included
  Duration steady_length(const std::string& work) const;
  /// Whether the quickest run so far is believed to be what the work takes with warm caches.
  bool steady_known(const std::string& work) const;

 private:
  struct SteadyWork {
    int runs = 0;
    Duration quickest = Duration::max();
  };

  const double factor_;
  std::map<std::string, RecentDurations> busy_;
  std::map<std::string, SteadyWork> steady_;
};

}  // namespace branchline::runtime
