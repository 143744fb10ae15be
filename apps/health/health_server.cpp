#include "apps/health/health_server.h"

#include <thread>
#include <utility>

#include "apps/health/agent_connection.h"
#include "apps/health/bounded_listener.h"
#include "apps/health/health_pages.h"
#include "apps/health/http_connection.h"
#include "transport/tcp_listen.h"

namespace branchline::apps {

struct HealthServer::Parts {
  explicit Parts(const EdgeHealth& edge_health) : health(edge_health) {}

  const EdgeHealth& health;
  const HttpAnswerer answerer = [this](std::string_view path) { return health_page(path, health); };
  boost::asio::io_context context{1};
  std::optional<BoundedListener> http, agent;
  std::thread thread;

  void open_http(const transport::Endpoint& endpoint) {
    http.emplace(transport::open_acceptor(context, endpoint),
                 [this](BoundedListener::Tcp::socket socket) {
                   return std::make_shared<HttpConnection>(std::move(socket), answerer);
                 });
  }

  void open_agent(const transport::Endpoint& endpoint) {
    agent.emplace(
        transport::open_acceptor(context, endpoint), [this](BoundedListener::Tcp::socket socket) {
          return std::make_shared<AgentConnection>(std::move(socket), agent_line(health.report()));
        });
  }
};

HealthServer::HealthServer(const transport::Endpoint& http, std::optional<std::uint16_t> agent_port,
                           const EdgeHealth& health)
    : parts_(std::make_unique<Parts>(health)) {
  parts_->open_http(http);
  if (agent_port) parts_->open_agent({http.host, *agent_port});
  parts_->thread = std::thread([this] { parts_->context.run(); });
}

HealthServer::~HealthServer() {
  parts_->context.stop();
  parts_->thread.join();
}

std::uint16_t HealthServer::http_port() const { return parts_->http->port(); }

bool HealthServer::open_to_others() const { return !parts_->http->on_loopback(); }

std::uint16_t HealthServer::agent_port() const { return parts_->agent ? parts_->agent->port() : 0; }

}  // namespace branchline::apps
