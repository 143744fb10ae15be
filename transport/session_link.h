#pragma once

#include <memory>

#include "transport/session.h"

namespace branchline::transport {

/// One connection of a session: the one in use, the spare, one that is being made, or one whose
/// last answers are awaited.
struct Session::Link {
  std::uint64_t number = 0;
  std::size_t edge = 0;
  std::shared_ptr<Channel> channel;  ///< null for a moment while connecting
  bool up = false;                   ///< welcomed
  bool draining = false;
  bool hurried = false;  ///< tried while nothing else served
  Welcome welcome;
  TimePoint since;  ///< being tried, then up
  Heartbeat heartbeat;
  std::uint64_t ping = 0;     ///< the heartbeat's last
  std::string farewell = {};  ///< why the edge says that it ends the connection
};

/// What was sent over a link and has no reply yet.
struct Session::Unanswered {
  std::uint64_t id = 0;
  std::uint64_t link = 0;
  std::uint64_t doubtful_bytes = 0;  ///< not known to be through
  std::optional<TimePoint> due;      ///< of a Request
  bool ping = false;
  bool told = true;         ///< the listener knows of it
  std::uint64_t order = 0;  ///< in which it was handed to the kernel; 0: not yet
};

/// Passes on what one channel says, while the session lives.
class Session::Ear final : public ChannelListener {
 public:
  Ear(std::weak_ptr<Session> session, std::uint64_t number)
      : session_(std::move(session)), number_(number) {}

  void on_message(Message message, const Arrival& arrival) override {
    if (const auto session = session_.lock()) session->heard(number_, std::move(message), arrival);
  }
  void on_sent(std::uint64_t id, std::uint64_t bytes, TimePoint begun) override {
    if (const auto session = session_.lock()) session->sent(number_, id, bytes, begun);
  }
  void on_dropped(std::uint64_t id) override {
    if (const auto session = session_.lock()) session->dropped(number_, id);
  }
  void on_closed(const std::string& reason) override {
    if (const auto session = session_.lock()) session->closed(number_, reason);
  }

 private:
  const std::weak_ptr<Session> session_;
  const std::uint64_t number_;
};

}  // namespace branchline::transport
