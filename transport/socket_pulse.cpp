#include "transport/socket_pulse.h"

// The kernel's own tcp_info: the one of <netinet/tcp.h> ends before tcpi_bytes_acked. They cannot
// meet in one translation unit.
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
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

/// Written to the socket and not acknowledged.
std::uint64_t unacknowledged_bytes(int descriptor) {
  int bytes = 0;
  return ioctl(descriptor, SIOCOUTQ, &bytes) == 0 ? static_cast<std::uint64_t>(bytes) : 0;
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

bool SocketPulse::heard_since(TimePoint time) const {
  return TimePoint{Duration{heard_ns_.load()}} >= time;
}

void SocketPulse::asked() {
  const std::lock_guard lock(mutex_);
  if (descriptor_ < 0 || !heard_since(asked_)) return;  // asked before: that Ping counts
  asked_ = Clock::now();
  // In this order: what is acknowledged in between counts twice, and nothing is missed.
  const std::uint64_t unacknowledged = unacknowledged_bytes(descriptor_);
  sent_when_asked_ = acknowledged_bytes(descriptor_) + unacknowledged;
}

Duration SocketPulse::still_for() const {
  const std::lock_guard lock(mutex_);
  const TimePoint now = Clock::now();
  if (descriptor_ >= 0) {
    std::uint64_t acknowledged = acknowledged_bytes(descriptor_);
    if (!heard_since(asked_)) acknowledged = std::min(acknowledged, sent_when_asked_);
    if (acknowledged >= acknowledged_ + kUpload) {
      moved_ = now;
      acknowledged_ = acknowledged;
    }
  }
  return std::min(silent_for(), Duration(now - moved_));
}

}  // namespace branchline::transport
