#include "apps/lab/experiments/faults/corrupting_relay.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <random>
#include <thread>
#include <vector>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

constexpr int kPollMs = 50;
constexpr unsigned kReadsPerFlip = 3;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

bool readable(int socket) {
  pollfd ready{socket, POLLIN, 0};
  return ::poll(&ready, 1, kPollMs) > 0;
}

bool write_all(int socket, const char* bytes, std::size_t count) {
  while (count > 0) {
    const ssize_t written = ::send(socket, bytes, count, MSG_NOSIGNAL);
    if (written <= 0) return false;
    bytes += written;
    count -= static_cast<std::size_t>(written);
  }
  return true;
}

}  // namespace

struct CorruptingRelay::Parts {
  int listener = -1;
  std::uint16_t port = 0, target = 0;
  std::atomic<bool> stopping{false}, corrupting{false};
  std::atomic<std::uint64_t> flipped{0};
  std::thread accepting;

  void accept_loop();
  void pump(int from, int to, bool answers, std::atomic<bool>& over);
};

void CorruptingRelay::Parts::pump(int from, int to, bool answers, std::atomic<bool>& over) {
  std::array<char, 16384> bytes;
  std::minstd_rand random(static_cast<unsigned>(from) + 1);
  while (!stopping && !over) {
    if (!readable(from)) continue;
    const ssize_t count = ::recv(from, bytes.data(), bytes.size(), 0);
    if (count <= 0) break;
    if (answers && corrupting && random() % kReadsPerFlip == 0) {
      bytes[random() % static_cast<unsigned>(count)] ^= static_cast<char>(1U << random() % 8);
      ++flipped;
    }
    if (!write_all(to, bytes.data(), static_cast<std::size_t>(count))) break;
  }
  over = true;
}

void CorruptingRelay::Parts::accept_loop() {
  std::vector<std::thread> connections;
  while (!stopping) {
    if (!readable(listener)) continue;
    const int device = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (device < 0) continue;
    connections.emplace_back([this, device] {
      const int edge = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      const sockaddr_in address = loopback(target);
      const int on = 1;
      for (const int socket : {device, edge}) {
        ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      }
      std::atomic<bool> over{false};
      if (::connect(edge, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
        std::thread up([&] { pump(device, edge, false, over); });
        pump(edge, device, true, over);
        up.join();
      }
      ::close(device);
      ::close(edge);
    });
  }
  for (std::thread& connection : connections) connection.join();
}

CorruptingRelay::CorruptingRelay(std::uint16_t target) : parts_(std::make_shared<Parts>()) {
  parts_->target = target;
  parts_->listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  const bool listening =
      ::bind(parts_->listener, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
      ::listen(parts_->listener, 16) == 0 &&
      ::getsockname(parts_->listener, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  if (!listening) throw RunError("no port for a relay");
  parts_->port = ntohs(address.sin_port);
  parts_->accepting = std::thread([parts = parts_.get()] { parts->accept_loop(); });
}

CorruptingRelay::~CorruptingRelay() {
  parts_->stopping = true;
  parts_->accepting.join();
  ::close(parts_->listener);
}

std::uint16_t CorruptingRelay::port() const { return parts_->port; }
void CorruptingRelay::corrupt(bool on) { parts_->corrupting = on; }
std::uint64_t CorruptingRelay::flipped() const { return parts_->flipped; }

}  // namespace branchline::lab
