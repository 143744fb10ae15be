#include "branchline/edge_service.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "framework/runtime/edge_connection.h"
#include "framework/runtime/edge_host.h"
#include "framework/runtime/load_security.h"
#include "transport/channel.h"

namespace branchline {
inline namespace v0 {
namespace {

/// Waits until `done` or the time is over; this is the end of a service, so a coarse look is fine.
template <typename Condition>
void wait_for(Duration patience, Condition done) {
  const TimePoint end = Clock::now() + patience;
  while (!done() && Clock::now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(2));
}

constexpr Duration kFlushTime = std::chrono::milliseconds(300);

}  // namespace

/// The members' order is the order of life: connections use the host until the I/O thread is gone.
struct EdgeService::Parts {
  explicit Parts(const EdgeOptions& options) : host(options) {}

  runtime::EdgeHost host;
  transport::IoThread io;
  std::unique_ptr<transport::Server> server;
  std::uint16_t port = 0;

  void listen(const EdgeOptions& options) {
    transport::FrameLimits limits;
    limits.max_frame_bytes = static_cast<std::uint64_t>(options.max_frame_bytes);
    const auto on_connect = [this](std::shared_ptr<transport::Channel> channel) {
      auto connection = std::make_shared<runtime::EdgeConnection>(host, std::move(channel));
      host.add(connection);
      return connection;
    };
    const auto on_turned_away = [this](const std::string& peer, const std::string& reason) {
      const bool named = reason.find(peer) != std::string::npos;
      host.log(1, (named ? "turned away: " : peer + " was turned away: ") + reason);
    };
    transport::ServerProtection protection;
    protection.security = runtime::load_security(options.protection);
    protection.limits.max_incoming_bytes =
        std::max(protection.limits.max_incoming_bytes, 4 * limits.max_frame_bytes);
    server = std::make_unique<transport::Server>(
        io, transport::parse_endpoint(options.listen, "--listen"), on_connect, limits,
        on_turned_away, protection);
    port = server->port();
  }
};

EdgeService EdgeService::open(const EdgeOptions& options) {
  auto parts = std::make_unique<Parts>(options);
  parts->host.warm_up();
  parts->listen(options);
  return EdgeService(std::move(parts));
}

EdgeService::EdgeService(std::unique_ptr<Parts> parts) noexcept : parts_(std::move(parts)) {}
EdgeService::EdgeService(EdgeService&&) noexcept = default;

EdgeService& EdgeService::operator=(EdgeService&& other) noexcept {
  if (this != &other) {
    stop(Duration(0));
    parts_ = std::move(other.parts_);
  }
  return *this;
}

EdgeService::~EdgeService() { stop(Duration(0)); }

std::uint16_t EdgeService::port() const noexcept { return parts_->port; }

EdgeStatus EdgeService::status() const { return parts_->host.status(); }

EdgeMetrics EdgeService::metrics() const { return parts_->host.counters().read(); }

std::vector<std::string> EdgeService::networks() const {
  std::vector<std::string> networks;
  for (const auto& [digest, served] : parts_->host.models()) {
    networks.push_back(served.model->layers().name + " (" + digest + ")");
  }
  return networks;
}

void EdgeService::stop(Duration grace) noexcept {
  if (!parts_ || !parts_->server) return;
  runtime::EdgeHost& host = parts_->host;
  host.begin_drain();
  parts_->server->stop_accepting();
  for (const auto& connection : host.connections()) connection->send(0, transport::Draining{});
  wait_for(grace, [&] { return host.queue().idle(); });
  host.stop_computing();
  for (const auto& connection : host.connections()) connection->close("the edge is going down");
  wait_for(kFlushTime, [&] { return host.connections().empty(); });
  parts_->server.reset();
}

}  // namespace v0
}  // namespace branchline
