#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include "framework/base/clock.h"

namespace branchline::transport {

/// Whether the bytes of one TCP connection still move. What arrives the reader tells; what leaves
/// the kernel tells (how much the other side's kernel has acknowledged), so that an upload of many
/// seconds is seen to be alive. Safe from any thread.
class SocketPulse {
 public:
  SocketPulse();

  void watch(int descriptor);  ///< connected
  void forget();               ///< before the descriptor is closed
  void hear(TimePoint now) noexcept { heard_ns_.store(now.time_since_epoch().count()); }

  Duration silent_for() const;  ///< since something arrived
  /// Since something arrived or was acknowledged. The kernel is asked, so look often: what was
  /// acknowledged since the last look counts as moved now.
  Duration still_for() const;

 private:
  std::atomic<Duration::rep> heard_ns_;
  mutable std::mutex mutex_;  // guards all below; held for one system call
  int descriptor_ = -1;
  mutable std::uint64_t acknowledged_ = 0;
  mutable TimePoint moved_;
};

}  // namespace branchline::transport
