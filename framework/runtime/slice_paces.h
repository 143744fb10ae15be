#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "framework/base/clock.h"

namespace branchline::runtime {

/// What slices of one network take this machine: each the quickest of its first runs in a row, for
/// a run after a rest finds cold caches and a slow clock, and one beside a busy neighbour half a
/// core. Runners that share one emulate the same device, whatever the machine's speed does
/// meanwhile. Safe from any thread.
class SlicePaces {
 public:
  /// The one of a network in this process, for as long as somebody holds it.
  static std::shared_ptr<SlicePaces> of_network(const std::string& digest);

  /// A run straight after another of the same slice. Once the slice is known it changes nothing.
  void add(const std::string& slice, Duration busy);

  /// After so many runs and so long that caches and clock are as warm as they get.
  bool known(const std::string& slice) const;

  /// @returns nullopt when no run was told of
  std::optional<Duration> of(const std::string& slice) const;

 private:
  struct Runs {
    int count = 0;
    Duration sum{0}, quickest = Duration::max();
  };

  static bool enough(const Runs& runs);

  mutable std::mutex mutex_;
  std::map<std::string, Runs> runs_;
};

}  // namespace branchline::runtime
