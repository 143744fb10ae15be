#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/fake_clock.h"
#include "transport/session.h"

namespace branchline::transport::testing {

/// A channel that only notes what is sent; the test plays the edge.
class PlayedChannel final : public Channel {
 public:
  explicit PlayedChannel(const TimeSource& clock) : clock_(clock), heard_(clock.now()) {}
  bool send(Message message) override {
    if (open) sent.push_back(std::move(message));
    return open;
  }
  void close(const std::string&) override { open = false; }
  bool is_open() const override { return open; }
  std::string peer() const override { return "played"; }
  Duration silent_for() const override { return clock_.now() - heard_; }
  Duration still_for() const override { return std::min(silent_for(), clock_.now() - moved); }
  void hear() { heard_ = clock_.now(); }

  std::vector<Message> sent;
  bool open = true;
  TimePoint moved{};

 private:
  const TimeSource& clock_;
  TimePoint heard_;
};

/// What a session tells of.
struct Notes final : SessionListener {
  std::string judge(const Endpoint&, const Welcome& welcome) override {
    return welcome.software == "misfit" ? "it does not fit" : "";
  }
  void on_up(const Endpoint& edge, const Welcome&) override { news.push_back("up " + edge.host); }
  void on_down(const Endpoint& edge, const std::string& reason) override {
    news.push_back("down " + edge.host);
    last_reason = reason;
  }
  void on_failed(const Endpoint& edge, const std::string&, bool misfit) override {
    news.push_back((misfit ? "misfit " : "failed ") + edge.host);
  }
  void on_ping(std::uint64_t id) override { pings.push_back(id); }
  void on_reply(Message message, const Arrival&) override { ++replies[message.id]; }
  void on_lost(std::uint64_t id, const std::string&) override { ++lost[id]; }

  std::vector<std::string> news;
  std::string last_reason;
  std::vector<std::uint64_t> pings;
  std::map<std::uint64_t, int> replies, lost;
};

/// Three edges a, b, c in virtual time; each channel's edge is played by the test, and answers
/// pings unless it is `dead`.
class SessionTest : public ::testing::Test {
 protected:
  struct Edge {
    std::shared_ptr<PlayedChannel> channel;
    std::shared_ptr<ChannelListener> listener;
    int connects = 0;
    bool there = true;
    bool dead = false;
    bool pongs = true;
    Duration pong_after{0};
    std::vector<std::pair<TimePoint, std::uint64_t>> pings;  ///< to be answered then
    Refusal refuses = Refusal::failed;                       ///< failed: it does not
    std::string software = "edge";
  };

  SessionTest() { make({{"a", 1}, {"b", 1}, {"c", 1}}); }

  void make(std::vector<Endpoint> edges) {
    Session::Setup setup;
    setup.edges = std::move(edges);
    setup.listener = notes_;
    setup.connect = [this](const Endpoint& endpoint, const Hello&, auto listener) {
      Edge& edge = edges_[endpoint.host];
      ++edge.connects;
      edge.channel = std::make_shared<PlayedChannel>(clock_);
      edge.listener = std::move(listener);
      return edge.channel;
    };
    session_ = std::make_shared<Session>(std::move(setup), clock_);
  }

  void says(Edge& edge, Body body, std::uint64_t id = 0) {
    if (!edge.channel->open) return;
    edge.channel->hear();
    edge.listener->on_message({id, std::move(body)}, Arrival{clock_.now(), clock_.now(), 64});
  }

  /// What the edges do by themselves: welcome or refuse who connects, answer pings.
  void play(Edge& edge) {
    if (!edge.channel || !edge.channel->open || edge.dead) return;
    if (!edge.there) {
      edge.channel->open = false;
      return edge.listener->on_closed("nobody listens");
    }
    if (!welcomed_[edge.channel.get()]) {
      welcomed_[edge.channel.get()] = edge.channel;
      Welcome welcome;
      welcome.software = edge.software;
      if (edge.refuses != Refusal::failed) return says(edge, Refused{edge.refuses, "no", {}});
      says(edge, welcome);
    }
    const auto answered =
        std::partition(edge.pings.begin(), edge.pings.end(),
                       [this](const auto& ping) { return ping.first > clock_.now(); });
    for (auto ping = answered; ping != edge.pings.end(); ++ping) says(edge, Pong{}, ping->second);
    edge.pings.erase(answered, edge.pings.end());
    for (const Message& message : std::exchange(edge.channel->sent, {})) {
      if (std::holds_alternative<Ping>(message.body) && edge.pongs) {
        if (edge.pong_after == Duration{0}) {
          says(edge, Pong{}, message.id);
        } else {
          edge.pings.emplace_back(clock_.now() + edge.pong_after, message.id);
        }
      }
      if (std::holds_alternative<Request>(message.body)) asked_.push_back(message.id);
    }
  }
  void pass(Duration time) {
    for (Duration gone{0}; gone < time; gone += std::chrono::milliseconds(5)) {
      session_->tick();
      for (auto& [host, edge] : edges_) play(edge);
      clock_.advance(std::chrono::milliseconds(5));
    }
  }
  void lose(Edge& edge) {
    edge.channel->open = false;
    edge.listener->on_closed("reset");
  }
  std::uint64_t ask(Duration budget, std::uint64_t bytes = 0) {
    Request request;
    request.budget = budget;
    const std::uint64_t id = session_->new_id();
    EXPECT_TRUE(session_->ask(id, std::move(request), bytes));
    return id;
  }
  std::string in_use() const { return session_->view().up ? session_->view().edge : "none"; }

  branchline::testing::FakeClock clock_;
  std::map<std::string, Edge> edges_;
  std::map<PlayedChannel*, std::shared_ptr<PlayedChannel>> welcomed_;
  std::vector<std::uint64_t> asked_;
  std::shared_ptr<Notes> notes_ = std::make_shared<Notes>();
  std::shared_ptr<Session> session_;
};

}  // namespace branchline::transport::testing
