#include "transport/asio.h"
#include "transport/tcp_channel.h"
#include "transport/tcp_resolve.h"

namespace branchline::transport {
asio::awaitable<void> TcpChannel::connect_to(Endpoint endpoint) {
  const auto self = shared_from_this();
  boost::system::error_code error;
  const auto addresses = co_await resolve(io_->context, std::move(endpoint), error);
  if (!error && !finished_) {
    co_await asio::async_connect(stream_->socket(), addresses,
                                 asio::redirect_error(asio::use_awaitable, error));
  }
  if (finished_) {
    boost::system::error_code ignored;
    stream_->socket().close(ignored);
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
