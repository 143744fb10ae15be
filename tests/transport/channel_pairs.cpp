#include "tests/transport/channel_pairs.h"

#include <chrono>
#include <stdexcept>

#include "tests/transport/certificates.h"
#include "transport/loopback_channel.h"

namespace branchline::transport::testing {

using namespace std::chrono_literals;

void Recorder::on_message(Message message, const Arrival& arrival) {
  if (react) react(message);
  const std::lock_guard lock(mutex_);
  calls_after_close_ += times_closed_;
  messages_.push_back(std::move(message));
  arrivals_.push_back(arrival);
  changed_.notify_all();
}

void Recorder::on_sent(std::uint64_t id, std::uint64_t frame_bytes, TimePoint) {
  const std::lock_guard lock(mutex_);
  calls_after_close_ += times_closed_;
  sent_.push_back({id, frame_bytes});
  changed_.notify_all();
}

void Recorder::on_closed(const std::string& reason) {
  const std::lock_guard lock(mutex_);
  ++times_closed_;
  reason_ = reason;
  changed_.notify_all();
}

template <class Condition>
bool Recorder::wait(Condition condition) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, 30s, condition);
}

bool Recorder::wait_for_messages(std::size_t count) {
  return wait([&] { return messages_.size() >= count; });
}

bool Recorder::wait_for_sent(std::size_t count) {
  return wait([&] { return sent_.size() >= count; });
}

bool Recorder::wait_until_closed() {
  return wait([&] { return times_closed_ > 0; });
}

bool Recorder::wait_for_anything() {
  return wait([&] { return !messages_.empty() || times_closed_ > 0; });
}

std::vector<Message> Recorder::messages() const {
  const std::lock_guard lock(mutex_);
  return messages_;
}

std::vector<Arrival> Recorder::arrivals() const {
  const std::lock_guard lock(mutex_);
  return arrivals_;
}

std::vector<Recorder::Sent> Recorder::sent() const {
  const std::lock_guard lock(mutex_);
  return sent_;
}

std::string Recorder::reason() const {
  const std::lock_guard lock(mutex_);
  return reason_;
}

int Recorder::times_closed() const {
  const std::lock_guard lock(mutex_);
  return times_closed_;
}

int Recorder::calls_after_close() const {
  const std::lock_guard lock(mutex_);
  return calls_after_close_;
}

ChannelPair::~ChannelPair() {
  // Listeners may hold each other's channels through react.
  io.reset();
  if (near_listener) near_listener->react = nullptr;
  if (far_listener) far_listener->react = nullptr;
}

std::unique_ptr<ChannelPair> make_pair_of(ChannelKind kind, const FrameLimits& limits,
                                          const Announced& capabilities) {
  auto pair = std::make_unique<ChannelPair>();
  pair->io = std::make_unique<IoThread>();
  pair->near_listener = std::make_shared<Recorder>();
  pair->far_listener = std::make_shared<Recorder>();
  if (kind == ChannelKind::loopback) {
    std::tie(pair->near, pair->far) =
        loopback_pair(*pair->io, pair->near_listener, pair->far_listener, limits);
    return pair;
  }
  auto on_connect = [raw = pair.get()](std::shared_ptr<Channel> channel) {
    raw->far = std::move(channel);
    return raw->far_listener;
  };
  pair->far_listener->react = [raw = pair.get(), far = capabilities.far](const Message&) {
    raw->far->send({0, Welcome{"test", {}, {}, 0, 0, Duration{0}, far, 0, {}}});
  };
  ServerProtection protection;
  ClientSecurity security;
  if (kind == ChannelKind::tls) {
    const UsualCertificates files;
    protection.security = files.server_security();
    security = files.client_security();
  }
  pair->server = std::make_unique<Server>(*pair->io, Endpoint{"127.0.0.1", 0}, on_connect, limits,
                                          Server::OnTurnedAway{}, protection);
  pair->near =
      connect(*pair->io, {"127.0.0.1", pair->server->port()},
              Hello{"test", {}, capabilities.near, 0}, 30s, pair->near_listener, limits, security);
  if (!pair->near_listener->wait_for_messages(1) || !pair->far_listener->wait_for_messages(1)) {
    throw std::runtime_error("no handshake: " + pair->near_listener->reason());
  }
  pair->far_listener->react = nullptr;
  pair->handshake_messages = 1;
  return pair;
}

}  // namespace branchline::transport::testing
