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
  /// A kernel acknowledges for a process that stands still too: what is less than this may be the
  /// pings that asked for a sign of life.
  static constexpr std::uint64_t kUpload = 1024;

  SocketPulse();

  void watch(int descriptor);  ///< connected
  void forget();               ///< before the descriptor is closed
  void hear(TimePoint now) noexcept { heard_ns_.store(now.time_since_epoch().count()); }

  Duration silent_for() const;  ///< since something arrived
  /// Since something arrived or kUpload bytes more were acknowledged. The kernel is asked, so look
  /// often: what was acknowledged since the last look counts as moved now.
  Duration still_for() const;

 private:
  std::atomic<Duration::rep> heard_ns_;
  mutable std::mutex mutex_;  // guards all below; held for one system call
  int descriptor_ = -1;
  mutable std::uint64_t acknowledged_ = 0;  // when something moved last
  mutable TimePoint moved_;
};

}  // namespace branchline::transport
