#include "tests/framework/runtime/scripted_edge.h"

#include <utility>

namespace branchline::testing {

using transport::Message;

class ScriptedEdge::Peer final : public transport::ChannelListener {
 public:
  Peer(ScriptedEdge& edge, std::shared_ptr<transport::Channel> channel)
      : edge_(edge), channel_(std::move(channel)) {}

  void on_message(Message message, const transport::Arrival&) override {
    edge_.hear(*channel_, message);
  }
  void on_closed(const std::string&) override {}

 private:
  ScriptedEdge& edge_;
  std::shared_ptr<transport::Channel> channel_;
};

ScriptedEdge::ScriptedEdge(std::string digest) : digest_(std::move(digest)) {
  server_ = std::make_unique<transport::Server>(io_, transport::Endpoint{"127.0.0.1", 0},
                                                [this](std::shared_ptr<transport::Channel> peer) {
                                                  ++connections_;
                                                  const std::lock_guard lock(mutex_);
                                                  peers_.push_back(peer);
                                                  return std::make_shared<Peer>(*this, peer);
                                                });
}

ScriptedEdge::~ScriptedEdge() {
  close_all();
  server_.reset();
}

std::string ScriptedEdge::address() const { return "127.0.0.1:" + std::to_string(server_->port()); }

void ScriptedEdge::on_request(OnRequest script) {
  const std::lock_guard lock(mutex_);
  script_ = std::move(script);
}

std::vector<int> ScriptedEdge::prepared_exits() const {
  const std::lock_guard lock(mutex_);
  return prepared_exits_;
}

void ScriptedEdge::close_all() {
  const std::lock_guard lock(mutex_);
  for (const auto& peer : peers_) peer->close("the test ends it");
  peers_.clear();
}

void ScriptedEdge::tell_all(const transport::Body& body) {
  const std::lock_guard lock(mutex_);
  for (const auto& peer : peers_) peer->send({0, body});
}

void ScriptedEdge::hear(transport::Channel& channel, const Message& message) {
  if (frozen_) return;
  const std::uint64_t id = message.id;
  if (const auto* hello = std::get_if<transport::Hello>(&message.body)) {
    capabilities_ |= hello->capabilities;
    transport::Welcome welcome;
    welcome.software = "scripted edge";
    welcome.digests = {digest_};
    welcome.names = {"scripted"};
    welcome.max_frame_bytes = 64ull << 20;
    welcome.max_in_flight = 16;
    channel.send({id, std::move(welcome)});
  } else if (const auto* prepare = std::get_if<transport::Prepare>(&message.body)) {
    ++prepares_;
    {
      const std::lock_guard lock(mutex_);
      prepared_exits_.push_back(prepare->plan.exit);
    }
    channel.send({id, transport::Ready{}});
  } else if (std::holds_alternative<transport::Ping>(message.body)) {
    channel.send({id, transport::Pong{}});
  } else if (const auto* query = std::get_if<transport::ProfileQuery>(&message.body)) {
    transport::ProfileReply reply;
    reply.machine = "scripted";
    reply.libtorch = "none";
    reply.runs.assign(query->repeat, std::chrono::microseconds(100));
    channel.send({id, std::move(reply)});
  } else if (std::holds_alternative<transport::Cancel>(message.body)) {
    ++cancels_;
  } else if (std::holds_alternative<transport::Request>(message.body)) {
    OnRequest script;
    {
      const std::lock_guard lock(mutex_);
      script = script_;
    }
    if (script) script(channel, message);
  }
}

}  // namespace branchline::testing
