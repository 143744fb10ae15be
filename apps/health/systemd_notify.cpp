#include "apps/health/systemd_notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace branchline::apps {
namespace {

template <typename Number>
std::optional<Number> number_in(const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return std::nullopt;
  const std::string_view whole(text);
  Number number{};
  const auto [end, error] = std::from_chars(whole.begin(), whole.end(), number);
  if (error != std::errc{} || end != whole.end()) return std::nullopt;
  return number;
}

}  // namespace

bool notify_systemd(const std::string& state) noexcept {
  const char* path = std::getenv("NOTIFY_SOCKET");
  sockaddr_un address{};
  const std::size_t length = path == nullptr ? 0 : std::strlen(path);
  if (length < 2 || length >= sizeof address.sun_path) return false;
  if (path[0] != '/' && path[0] != '@') return false;
  address.sun_family = AF_UNIX;
  std::copy_n(path, length, address.sun_path);
  if (path[0] == '@') address.sun_path[0] = '\0';  // an abstract socket
  const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return false;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
  const ssize_t sent = sendto(descriptor, state.data(), state.size(), MSG_NOSIGNAL,
                              reinterpret_cast<const sockaddr*>(&address), size);
  close(descriptor);
  return sent == static_cast<ssize_t>(state.size());
}

std::optional<Duration> systemd_watchdog() noexcept {
  const auto us = number_in<std::int64_t>("WATCHDOG_USEC");
  if (!us || *us <= 0) return std::nullopt;
  const auto pid = number_in<pid_t>("WATCHDOG_PID");
  if (pid && *pid != getpid()) return std::nullopt;
  return std::chrono::microseconds(*us);
}

}  // namespace branchline::apps
