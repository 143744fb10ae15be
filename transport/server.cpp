#include "framework/base/error.h"
#include "transport/asio.h"
#include "transport/tcp_channel.h"
#include "transport/tcp_listen.h"

namespace branchline::transport {
namespace {

constexpr auto kHelloTime = std::chrono::seconds(5);

std::string text_of(const asio::ip::tcp::endpoint& address) {
  return to_string(Endpoint{address.address().to_string(), address.port()});
}

}  // namespace

struct Server::Parts final : IoObject, std::enable_shared_from_this<Server::Parts> {
  Parts(std::shared_ptr<IoThread::Parts> io_parts, const Endpoint& listen)
      : io(std::move(io_parts)), acceptor(open_acceptor(io->context, listen)), retry(io->context) {}

  void shut_down(const std::string&) override {
    boost::system::error_code ignored;
    acceptor.close(ignored);
    retry.cancel();
  }

  asio::awaitable<void> accept_loop() {
    const auto self = shared_from_this();
    while (acceptor.is_open()) {
      boost::system::error_code error;
      asio::ip::tcp::socket socket(io->context);
      co_await acceptor.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
      if (!acceptor.is_open()) break;
      if (!error) {
        serve(std::move(socket));
        continue;
      }
      // Out of descriptors, as a rule: accepting again at once would only burn the processor.
      retry.expires_after(std::chrono::milliseconds(100));
      co_await retry.async_wait(asio::redirect_error(asio::use_awaitable, error));
    }
  }

  void serve(asio::ip::tcp::socket socket) {
    boost::system::error_code gone;
    const auto address = socket.remote_endpoint(gone);
    if (gone) return;
    TcpChannel::Setup setup;
    setup.side = TcpChannel::Side::server;
    setup.peer = text_of(address);
    setup.limits = limits;
    setup.on_hello = [weak = weak_from_this()](std::shared_ptr<Channel> channel) {
      const auto self = weak.lock();
      return self && self->on_connect ? self->on_connect(std::move(channel)) : nullptr;
    };
    setup.on_early_end = [weak = weak_from_this()](const std::string& peer,
                                                   const std::string& reason) {
      const auto self = weak.lock();
      if (self && self->on_turned_away) self->on_turned_away(peer, reason);
    };
    auto channel = std::make_shared<TcpChannel>(io, std::move(setup));
    channel->begin(kHelloTime);
    channel->attach(std::move(socket));
  }

  std::shared_ptr<IoThread::Parts> io;
  asio::ip::tcp::acceptor acceptor;
  asio::steady_timer retry;
  OnConnect on_connect;
  OnTurnedAway on_turned_away;
  FrameLimits limits;
  std::uint64_t key = 0;
  std::uint16_t port = 0;
};

Server::Server(IoThread& io, const Endpoint& listen, OnConnect on_connect,
               const FrameLimits& limits, OnTurnedAway on_turned_away)
    : parts_(std::make_shared<Parts>(io.parts(), listen)) {
  parts_->on_connect = std::move(on_connect);
  parts_->on_turned_away = std::move(on_turned_away);
  parts_->limits = limits;
  parts_->port = parts_->acceptor.local_endpoint().port();
  parts_->key = parts_->io->remember(parts_);
  asio::co_spawn(
      parts_->io->context, [parts = parts_] { return parts->accept_loop(); }, asio::detached);
}

Server::~Server() {
  parts_->io->run_and_wait([this] {
    parts_->shut_down("");
    parts_->on_connect = nullptr;
    parts_->on_turned_away = nullptr;
  });
  parts_->io->forget(parts_->key);
}

std::uint16_t Server::port() const { return parts_->port; }

void Server::stop_accepting() {
  parts_->io->run_and_wait([this] { parts_->shut_down(""); });
}

}  // namespace branchline::transport
