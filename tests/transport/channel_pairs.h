#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "transport/channel.h"

namespace branchline::transport::testing {

/// Keeps all that a channel tells; waiting has a generous end so that a broken channel fails a test
/// instead of hanging it.
class Recorder : public ChannelListener {
 public:
  struct Sent {
    std::uint64_t id = 0;
    std::uint64_t bytes = 0;
  };

  void on_message(Message message, const Arrival& arrival) override;
  void on_sent(std::uint64_t id, std::uint64_t frame_bytes, TimePoint begun) override;
  void on_closed(const std::string& reason) override;

  /// Called for each message before it is kept, on the I/O thread.
  std::function<void(const Message&)> react;

  bool wait_for_messages(std::size_t count);
  bool wait_for_sent(std::size_t count);
  bool wait_until_closed();
  bool wait_for_anything();  ///< a message or the end

  std::vector<Message> messages() const;
  std::vector<Arrival> arrivals() const;
  std::vector<Sent> sent() const;
  std::string reason() const;
  int times_closed() const;
  int calls_after_close() const;

 private:
  template <class Condition>
  bool wait(Condition condition);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Message> messages_;
  std::vector<Arrival> arrivals_;
  std::vector<Sent> sent_;
  std::string reason_;
  int times_closed_ = 0;
  int calls_after_close_ = 0;
};

/// Two ends of one connection whose handshake is over and forgotten.
struct ChannelPair {
  std::unique_ptr<IoThread> io;
  std::unique_ptr<Server> server;  ///< null in memory
  std::shared_ptr<Recorder> near_listener;
  std::shared_ptr<Recorder> far_listener;
  std::shared_ptr<Channel> near;
  std::shared_ptr<Channel> far;
  std::size_t handshake_messages = 0;  ///< each recorder has so many before the test's own

  ~ChannelPair();
};

enum class ChannelKind { tcp, tls, loopback };

/// What the Hello and the Welcome announce; in memory nobody says either.
struct Announced {
  std::uint64_t near = 0;
  std::uint64_t far = 0;
};

std::unique_ptr<ChannelPair> make_pair_of(ChannelKind kind, const FrameLimits& limits = {},
                                          const Announced& capabilities = {});

}  // namespace branchline::transport::testing
