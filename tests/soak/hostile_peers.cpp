#include "tests/soak/hostile_peers.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <random>
#include <stdexcept>
#include <vector>

#include "tests/soak/soak_content.h"
#include "tests/transport/sample_messages.h"

namespace branchline::soak {
namespace {

using transport::testing::frame_bytes_of;
using Bytes = std::vector<std::byte>;
using Random = std::mt19937_64;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// Gives up rather than hang on a peer that is frozen.
void limit_waits(int descriptor) {
  const timeval patience{0, 200'000};
  setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

void say(int descriptor, const Bytes& bytes) {
  (void)!send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

Bytes garbage(Random& random, std::size_t most) {
  Bytes bytes(1 + random() % most);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

Bytes flipped(Random& random, Bytes bytes) {
  for (auto flips = 1 + random() % 3; flips > 0; --flips) {
    bytes[random() % bytes.size()] ^= static_cast<std::byte>(1u << (random() % 8));
  }
  return bytes;
}

Bytes a_hello() { return frame_bytes_of({0, transport::Hello{"hostile", {"soak"}, 0, 0}}); }

Bytes a_request(Random& random) {
  return frame_bytes_of({random(), make_request(random(), 1 + random() % 5000, {})});
}

/// A plain frame whose length fields say anything.
Bytes absurd_lengths(Random& random) {
  Bytes bytes = a_request(random);
  const std::size_t fields[] = {12, 24, 40};
  const std::uint64_t length = random();
  std::memcpy(bytes.data() + fields[random() % 3], &length, sizeof(std::uint32_t));
  return bytes;
}

}  // namespace

void attack(std::uint16_t port, std::uint64_t seed, SoakRecord& record) {
  Random random(seed);
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  limit_waits(descriptor);
  if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    ++record.hostile_connections;
    const auto kind = random() % 7;
    if (kind == 0) say(descriptor, garbage(random, 4096));
    if (kind == 1) say(descriptor, flipped(random, a_hello()));
    if (kind >= 2) say(descriptor, a_hello());
    for (auto frames = random() % 20; kind >= 3 && frames > 0; --frames) {
      ++record.hostile_frames;
      if (kind == 3) say(descriptor, flipped(random, a_request(random)));
      if (kind == 4) say(descriptor, absurd_lengths(random));
      if (kind == 5) say(descriptor, garbage(random, 512));
      if (kind == 6) say(descriptor, a_request(random));
    }
    if (kind == 6) {  // half a frame, and gone with a reset while answers are on their way
      Bytes half = a_request(random);
      half.resize(half.size() / 2);
      say(descriptor, half);
      const linger at_once{1, 0};
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    std::byte bin[4096];
    if (kind < 6) (void)!recv(descriptor, bin, sizeof bin, 0);
  }
  close(descriptor);
}

FalseEdge::FalseEdge(std::uint64_t seed, SoakRecord& record) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t bytes = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, any, bytes) != 0 || listen(listener_, 64) != 0 ||
      getsockname(listener_, any, &bytes) != 0) {
    throw std::runtime_error("the false edge cannot listen");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this, seed, &record] { serve(seed, record); });
}

FalseEdge::~FalseEdge() {
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

void FalseEdge::serve(std::uint64_t seed, SoakRecord& record) const {
  Random random(seed);
  for (;;) {
    const int descriptor = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0) return;
    limit_waits(descriptor);
    std::byte hello[4096];
    (void)!recv(descriptor, hello, sizeof hello, 0);
    ++record.hostile_connections;
    ++record.hostile_frames;
    if (random() % 2 == 0) {
      say(descriptor, garbage(random, 2048));
    } else {
      say(descriptor, flipped(random, frame_bytes_of({0, transport::Welcome{}})));
    }
    close(descriptor);
  }
}

}  // namespace branchline::soak
