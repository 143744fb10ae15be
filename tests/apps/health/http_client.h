#pragma once

#include <string>

#include "transport/asio.h"

namespace branchline::testing {

/// A raw TCP client on loopback; blocks, gives up after ten seconds.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) {
    socket_.connect({boost::asio::ip::address_v4::loopback(), port});
    const timeval patience{10, 0};
    setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }

  /// Fails quietly: the server may have hung up, which reading tells.
  void send(const std::string& bytes) {
    (void)!::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }

  /// What comes until it ends with `last`, or the server hangs up.
  std::string read_until(const std::string& last) {
    std::string text;
    char byte = 0;
    while (::recv(socket_.native_handle(), &byte, 1, 0) == 1) {
      text += byte;
      if (!last.empty() && text.size() >= last.size() &&
          text.compare(text.size() - last.size(), last.size(), last) == 0) {
        break;
      }
    }
    return text;
  }
  std::string read_all() { return read_until(""); }

  /// Whether the server ends the connection, with nothing more to say, before patience does.
  bool hung_up() {
    char byte = 0;
    return ::recv(socket_.native_handle(), &byte, 1, 0) == 0;
  }

 private:
  boost::asio::io_context context_;
  boost::asio::ip::tcp::socket socket_{context_};
};

/// Sends the bytes on a new connection and reads to its end.
inline std::string say(std::uint16_t port, const std::string& bytes) {
  RawClient client(port);
  client.send(bytes);
  return client.read_all();
}

/// The whole answer to a GET.
inline std::string http_get(std::uint16_t port, const std::string& path) {
  return say(port, "GET " + path + " HTTP/1.1\r\nHost: edge\r\nConnection: close\r\n\r\n");
}

}  // namespace branchline::testing
