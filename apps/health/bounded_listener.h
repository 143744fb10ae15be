#pragma once

#include <functional>
#include <list>
#include <memory>

#include "transport/asio.h"

namespace branchline::apps {

/// A connection that a BoundedListener made; lives as long as it has something pending.
class GuestConnection {
 public:
  virtual ~GuestConnection() = default;
  virtual void begin() = 0;
  virtual void end() noexcept = 0;
};

/// Accepts connections, a bounded number at a time: when there are too many, the oldest is ended,
/// so that those who hold connections open cannot keep a health probe out. All of it on the thread
/// that runs the acceptor's context, which must end before this does.
class BoundedListener {
 public:
  using Tcp = boost::asio::ip::tcp;
  using Make = std::function<std::shared_ptr<GuestConnection>(Tcp::socket)>;

  static constexpr std::size_t kMaxOpen = 64;

  BoundedListener(Tcp::acceptor acceptor, Make make);

  std::uint16_t port() const { return address_.port(); }
  bool on_loopback() const { return address_.address().is_loopback(); }

 private:
  void accept();
  void admit(Tcp::socket socket);

  Tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  const Make make_;
  const Tcp::endpoint address_;
  std::list<std::weak_ptr<GuestConnection>> open_;  ///< oldest first
};

}  // namespace branchline::apps
