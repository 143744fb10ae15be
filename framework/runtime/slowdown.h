#pragma once

#include <map>
#include <string>

#include "framework/base/clock.h"
#include "framework/runtime/recent_durations.h"

namespace branchline::runtime {

/// How long pieces of work take on a device emulated `factor` times slower. It rests after each,
/// and finds cold caches and a slow clock after that, which a device that is slow by itself does
/// not. On a shared machine the time that its host or a neighbour stole stands in the thread's
/// processor time, too. Neither is to be multiplied. Not safe for several threads at once.
class Slowdown {
 public:
  /// @param factor  at least 1
  explicit Slowdown(double factor);

  double factor() const noexcept { return factor_; }

  /// Work that depends on the data: (factor - 1) times what it took of the processor, of which
  /// at most a quarter above what such work usually takes counts. @returns the rest after it
  /// @param work  names the piece of work, the same each time it is done
  Duration rest_after(const std::string& work, Duration busy);

  /// A run of work whose time no data changes, such as a slice, straight after another of it.
  void add_in_a_row(const std::string& work, Duration busy);
  /// After so many runs and so long that caches and clock are as warm as they get; what is told
  /// later changes nothing.
  bool known_in_a_row(const std::string& work) const;
  /// @param busy  what the run took that is to be slowed
  /// @returns how long it is to take: factor times the quickest run in a row. Where no such run was
  /// told of, its own time and the rest after that
  Duration slowed(const std::string& work, Duration busy);

 private:
  struct RunsInARow {
    int count = 0;
    Duration sum{0}, quickest = Duration::max();
  };

  const double factor_;
  std::map<std::string, RecentDurations> busy_;
  std::map<std::string, RunsInARow> in_a_row_;
};

}  // namespace branchline::runtime
