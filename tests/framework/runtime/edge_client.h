#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "branchline/edge_service.h"
#include "transport/channel.h"

namespace branchline::testing {

/// A device as the edge sees one: sends messages over TCP and waits for the reply to each.
class EdgeClient {
 public:
  explicit EdgeClient(std::uint16_t port, std::vector<std::string> digests = {})
      : listener_(std::make_shared<Listener>()) {
    transport::Hello hello;
    hello.software = "test";
    hello.digests = std::move(digests);
    channel_ = transport::connect(io_, {"127.0.0.1", port}, hello, kPatience, listener_);
    greeting_ = listener_->wait([](Listener& l) { return l.greeting || !l.closed.empty(); })
                    ? listener_->greeting
                    : std::nullopt;
  }

  const std::optional<transport::Body>& greeting() const { return greeting_; }
  bool welcomed() const {
    return greeting_ && std::holds_alternative<transport::Welcome>(*greeting_);
  }

  /// @returns the message's id; 0 when the transport does not send such a message.
  std::uint64_t send(transport::Body body, std::uint64_t id = 0) {
    if (id == 0) id = ++last_id_;
    return channel_->send({id, std::move(body)}) ? id : 0;
  }

  /// The reply to message `id`; nullopt when the connection ended or nothing came for long.
  std::optional<transport::Body> reply(std::uint64_t id) {
    std::optional<transport::Body> body;
    if (id == 0) return body;
    listener_->wait([&](Listener& l) {
      const auto found = l.replies.find(id);
      if (found == l.replies.end()) return !l.closed.empty();
      body = std::move(found->second);
      l.replies.erase(found);
      return true;
    });
    return body;
  }

  std::optional<transport::Body> ask(transport::Body body) { return reply(send(std::move(body))); }

  bool heard_draining() {
    return listener_->wait([](Listener& l) { return l.draining; });
  }
  bool ended() {
    return listener_->wait([](Listener& l) { return !l.closed.empty(); });
  }
  void close() { channel_->close("the test is done"); }

 private:
  static constexpr auto kPatience = std::chrono::seconds(60);

  struct Listener final : transport::ChannelListener {
    void on_message(transport::Message message, const transport::Arrival&) override {
      const std::lock_guard lock(mutex);
      if (std::holds_alternative<transport::Draining>(message.body)) {
        draining = true;
      } else if (!greeting) {
        greeting = std::move(message.body);
      } else {
        replies.emplace(message.id, std::move(message.body));
      }
      changed.notify_all();
    }
    void on_closed(const std::string& reason) override {
      const std::lock_guard lock(mutex);
      closed = reason;
      changed.notify_all();
    }
    template <typename Condition>
    bool wait(Condition condition) {
      std::unique_lock lock(mutex);
      return changed.wait_for(lock, kPatience, [&] { return condition(*this); });
    }
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<transport::Body> greeting;
    std::multimap<std::uint64_t, transport::Body> replies;
    bool draining = false;
    std::string closed;
  };

  std::shared_ptr<Listener> listener_;
  std::optional<transport::Body> greeting_;
  std::uint64_t last_id_ = 0;
  std::shared_ptr<transport::Channel> channel_;
  transport::IoThread io_;
};

}  // namespace branchline::testing
