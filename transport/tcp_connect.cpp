#include "transport/asio.h"
#include "transport/tcp_channel.h"

namespace branchline::transport {
asio::awaitable<void> TcpChannel::connect_to(Endpoint endpoint) {
  const auto self = shared_from_this();
  boost::system::error_code error;
  asio::ip::tcp::resolver resolver(io_->context);
  asio::ip::tcp::resolver::results_type addresses;
  const auto numeric = asio::ip::make_address(endpoint.host, error);
  if (!error) {
    const asio::ip::tcp::endpoint address(numeric, endpoint.port);
    addresses = asio::ip::tcp::resolver::results_type::create(address, endpoint.host, "");
  } else {
    addresses = co_await resolver.async_resolve(endpoint.host, std::to_string(endpoint.port),
                                                asio::redirect_error(asio::use_awaitable, error));
  }
  if (!error && !finished_) {
    co_await asio::async_connect(socket_, addresses,
                                 asio::redirect_error(asio::use_awaitable, error));
  }
  if (finished_) {
    boost::system::error_code ignored;
    socket_.close(ignored);
  } else if (error) {
    finish(sentence_of(error, setup_.peer), false);
  } else {
    start();
  }
}

std::shared_ptr<Channel> connect(IoThread& io, const Endpoint& endpoint, const Hello& hello,
                                 Duration timeout, std::shared_ptr<ChannelListener> listener,
                                 const FrameLimits& limits) {
  TcpChannel::Setup setup;
  setup.side = TcpChannel::Side::client;
  setup.peer = to_string(endpoint);
  setup.limits = limits;
  setup.listener = std::move(listener);
  auto channel = std::make_shared<TcpChannel>(io.parts(), std::move(setup));
  Hello introduction = hello;
  if (introduction.max_frame_bytes == 0) introduction.max_frame_bytes = limits.max_frame_bytes;
  channel->send({0, std::move(introduction)});
  asio::post(io.parts()->context, [channel, endpoint, timeout] {
    channel->begin(timeout);
    asio::co_spawn(
        channel->executor(), [channel, endpoint] { return channel->connect_to(endpoint); },
        asio::detached);
  });
  return channel;
}

}  // namespace branchline::transport
