#include "apps/lab/experiments/faults/corrupting_relay.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>

namespace branchline::lab {
namespace {

sockaddr_in local(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

/// Sends back what it gets, on one connection.
class Echo {
 public:
  Echo() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = local(0);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(socket_, 4), 0);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] {
      const int peer = ::accept(socket_, nullptr, nullptr);
      char bytes[4096];
      for (ssize_t n = 0; (n = ::recv(peer, bytes, sizeof bytes, 0)) > 0;) {
        ::send(peer, bytes, static_cast<std::size_t>(n), MSG_NOSIGNAL);
      }
      ::close(peer);
    });
  }
  ~Echo() {
    thread_.join();
    ::close(socket_);
  }
  std::uint16_t port() const { return port_; }

 private:
  int socket_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

std::string ask(int socket, const std::string& question) {
  ::send(socket, question.data(), question.size(), MSG_NOSIGNAL);
  std::string answer(question.size(), '\0');
  ::recv(socket, answer.data(), answer.size(), MSG_WAITALL);
  return answer;
}

TEST(CorruptingRelay, FlipsBitsOfAnswersWhileItIsToldTo) {
  Echo echo;
  CorruptingRelay relay(echo.port());
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = local(relay.port());
  ASSERT_EQ(::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  const std::string question(100, 'x');
  for (int i = 0; i < 20; ++i) EXPECT_EQ(ask(socket, question), question);
  EXPECT_EQ(relay.flipped(), 0U);
  relay.corrupt(true);
  int changed = 0;
  for (int i = 0; i < 60; ++i) changed += ask(socket, question) != question ? 1 : 0;
  EXPECT_GT(changed, 5);
  EXPECT_LT(changed, 60);
  relay.corrupt(false);
  EXPECT_EQ(ask(socket, question), question);
  ::close(socket);
}

}  // namespace
}  // namespace branchline::lab
