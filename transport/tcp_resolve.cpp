#include "transport/tcp_resolve.h"

#include <string>

namespace branchline::transport {

asio::awaitable<std::vector<asio::ip::tcp::endpoint>> resolve(asio::ip::tcp::resolver& resolver,
                                                              Endpoint endpoint,
                                                              boost::system::error_code& error) {
  std::vector<asio::ip::tcp::endpoint> addresses;
  const auto numeric = asio::ip::make_address(endpoint.host, error);
  if (!error) {
    addresses.emplace_back(numeric, endpoint.port);
    co_return addresses;
  }
  const auto found =
      co_await resolver.async_resolve(endpoint.host, std::to_string(endpoint.port),
                                      asio::redirect_error(asio::use_awaitable, error));
  for (const auto& entry : found) addresses.push_back(entry.endpoint());
  co_return addresses;
}

}  // namespace branchline::transport
