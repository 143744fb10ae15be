#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include "framework/base/clock.h"

namespace branchline::transport {

/// Whether the bytes of one TCP connection still move. What arrives the reader tells; what leaves
/// the kernel tells (how much the other side's kernel has acknowledged), so that an upload of many
/// seconds is seen to be alive. But a kernel acknowledges for a process that stands still too: once
/// the peer was asked for a sign of life, only what was sent before that counts, until it is heard.
/// Safe from any thread.
class SocketPulse {
 public:
  /// Less than this is no upload that moves: it may be the pings themselves.
  static constexpr std::uint64_t kUpload = 1024;

  SocketPulse();

  void watch(int descriptor);  ///< connected
  void forget();               ///< before the descriptor is closed
  void hear(TimePoint now) noexcept { heard_ns_.store(now.time_since_epoch().count()); }

  /// A Ping was handed to the kernel: nothing sent from now on counts until hear().
  void asked();

  Duration silent_for() const;  ///< since something arrived
  /// Since something arrived or kUpload bytes more of what counts were acknowledged. The kernel is
  /// asked, so look often: what was acknowledged since the last look counts as moved now.
  Duration still_for() const;

 private:
  bool heard_since(TimePoint time) const;

  std::atomic<Duration::rep> heard_ns_;
  mutable std::mutex mutex_;  // guards all below; held for one system call
  int descriptor_ = -1;
  mutable std::uint64_t acknowledged_ = 0;  // when something moved last
  mutable TimePoint moved_;
  TimePoint asked_;                    // when the peer was asked and not heard since
  std::uint64_t sent_when_asked_ = 0;  // bytes
};

}  // namespace branchline::transport
