#include "transport/asio.h"
#include "transport/close_on_exec.h"
#include "transport/plain_stream.h"
#include "transport/tcp_channel.h"
#include "transport/tcp_resolve.h"
#include "transport/tls_stream.h"

namespace branchline::transport {
asio::awaitable<void> TcpChannel::connect_to(Endpoint endpoint) {
  const auto self = shared_from_this();
  if (finished_) co_return;
  boost::system::error_code error;
  const auto addresses = co_await resolve(resolver_, std::move(endpoint), error);
  for (const auto& address : addresses) {  // none when `error` says why
    if (finished_) break;
    asio::ip::tcp::socket& socket = stream_->socket();
    boost::system::error_code ignored;
    socket.close(ignored);
    socket.open(address.protocol(), error);
    if (error) continue;
    close_on_exec(socket);
    co_await socket.async_connect(address, asio::redirect_error(asio::use_awaitable, error));
    if (!error) break;
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
                                 const FrameLimits& limits, const ClientSecurity& security) {
  TcpChannel::Setup setup;
  setup.side = TcpChannel::Side::client;
  setup.peer = to_string(endpoint);
  setup.limits = limits;
  setup.listener = std::move(listener);
  if (security.tls) {
    setup.stream = std::make_unique<TlsStream>(io.parts()->context, security.tls, endpoint.host);
  } else {
    setup.stream = std::make_unique<PlainStream>(io.parts()->context);
  }
  Hello introduction = hello;
  if (introduction.max_frame_bytes == 0) introduction.max_frame_bytes = limits.max_frame_bytes;
  setup.handshake = std::make_unique<ClientHandshake>(security.token, introduction);
  auto channel = std::make_shared<TcpChannel>(io.parts(), std::move(setup));
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
