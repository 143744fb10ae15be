#include "apps/health/agent_connection.h"

#include <utility>

namespace branchline::apps {

AgentConnection::AgentConnection(BoundedListener::Tcp::socket socket, std::string line)
    : stream_(std::move(socket)), line_(std::move(line)) {}

void AgentConnection::begin() {
  stream_.expires_after(std::chrono::seconds(1));
  boost::asio::async_write(
      stream_, boost::asio::buffer(line_),
      [self = shared_from_this()](const boost::system::error_code&, std::size_t) {
        boost::system::error_code ignored;
        self->stream_.socket().shutdown(BoundedListener::Tcp::socket::shutdown_both, ignored);
      });
}

void AgentConnection::end() noexcept {
  boost::system::error_code ignored;
  stream_.socket().close(ignored);
}

}  // namespace branchline::apps
