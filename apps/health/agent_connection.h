#pragma once

#include <boost/beast/core/tcp_stream.hpp>
#include <memory>
#include <string>

#include "apps/health/bounded_listener.h"

namespace branchline::apps {

/// One look of a load balancer: gets a line and is closed.
class AgentConnection final : public GuestConnection,
                              public std::enable_shared_from_this<AgentConnection> {
 public:
  AgentConnection(BoundedListener::Tcp::socket socket, std::string line);

  void begin() override;
  void end() noexcept override;

 private:
  boost::beast::tcp_stream stream_;
  const std::string line_;
};

}  // namespace branchline::apps
