/// Blocking sockets, one thread a side, TCP_NODELAY, the kernel's own buffer sizes: the floor.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "tests/benchmarks/transport/competitor.h"

namespace branchline::transport_benchmark {
namespace {

using Bytes = std::vector<std::uint8_t>;

void write_all(int fd, const Bytes& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t n = ::send(fd, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
    require(n > 0, "raw sockets: send failed");
    done += static_cast<std::size_t>(n);
  }
}

void read_all(int fd, Bytes& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t n = ::recv(fd, bytes.data() + done, bytes.size() - done, 0);
    require(n > 0, "raw sockets: receive failed");
    done += static_cast<std::size_t>(n);
  }
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

int with_no_delay(int fd) {
  const int one = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return fd;
}

void serve(const Load& load, const std::function<void(std::uint16_t)>& ready) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  require(::bind(listener, reinterpret_cast<sockaddr*>(&address), length) == 0, "bind");
  require(::listen(listener, 1) == 0, "listen");
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
  ready(ntohs(address.sin_port));
  const int peer = with_no_delay(::accept(listener, nullptr, nullptr));
  Bytes request(load.request_bytes);
  const Bytes answer(kAnswerBytes);
  for (;;) {
    for (int i = 0; i < load.requests; ++i) {
      read_all(peer, request);
      require_fill(request, load);
    }
    write_all(peer, answer);
  }
}

class RawClient final : public Client {
 public:
  RawClient(const Load& load, std::uint16_t port)
      : load_(load), fd_(with_no_delay(::socket(AF_INET, SOCK_STREAM, 0))) {
    const sockaddr_in address = loopback(port);
    require(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0,
            "connect");
  }

  Received exchange() override {
    for (int i = 0; i < load_.requests; ++i) write_all(fd_, request_);
    read_all(fd_, answer_);
    const TimePoint now = Clock::now();
    return {now, now};
  }

 private:
  const Load load_;
  const int fd_;
  const Bytes request_ = Bytes(load_.request_bytes, kFill);
  Bytes answer_ = Bytes(kAnswerBytes);
};

std::unique_ptr<Client> connect_raw(const Load& load, std::uint16_t port) {
  return std::make_unique<RawClient>(load, port);
}

}  // namespace

const Competitor kRawSockets{"raw sockets", serve, connect_raw, false};

}  // namespace branchline::transport_benchmark
