#include "transport/socket_pulse.h"

// The kernel's own tcp_info: the one of <netinet/tcp.h> ends before tcpi_bytes_acked. They cannot
// meet in one translation unit.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>

namespace branchline::transport {
namespace {

/// Nothing on a kernel that does not tell.
std::uint64_t acknowledged_bytes(int descriptor) {
  tcp_info info{};
  socklen_t bytes = sizeof info;
  if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &bytes) != 0) return 0;
  return info.tcpi_bytes_acked;
}

}  // namespace

SocketPulse::SocketPulse()
    : heard_ns_(Clock::now().time_since_epoch().count()), moved_(Clock::now()) {}

void SocketPulse::watch(int descriptor) {
  const std::lock_guard lock(mutex_);
  descriptor_ = descriptor;
}

void SocketPulse::forget() {
  const std::lock_guard lock(mutex_);
  descriptor_ = -1;
}

Duration SocketPulse::silent_for() const {
  return Clock::now().time_since_epoch() - Duration{heard_ns_.load()};
}

Duration SocketPulse::still_for() const {
  const std::lock_guard lock(mutex_);
  const TimePoint now = Clock::now();
  if (descriptor_ >= 0) {
    const std::uint64_t acknowledged = acknowledged_bytes(descriptor_);
    if (acknowledged >= acknowledged_ + kUpload) {
      moved_ = now;
      acknowledged_ = acknowledged;
    }
  }
  return std::min(silent_for(), Duration(now - moved_));
}

}  // namespace branchline::transport
