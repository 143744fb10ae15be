#include <algorithm>
#include <vector>

#include "framework/base/error.h"
#include "transport/asio.h"
#include "transport/close_on_exec.h"
#include "transport/connection_table.h"
#include "transport/notice_limiter.h"
#include "transport/plain_stream.h"
#include "transport/tcp_channel.h"
#include "transport/tcp_listen.h"
#include "transport/tls_stream.h"

namespace branchline::transport {
namespace {

/// Often enough to notice a stall not much later than it is one.
Duration sweep_pause(const ServerLimits& limits) {
  return std::clamp<Duration>(limits.stall_time / 4, std::chrono::milliseconds(10),
                              std::chrono::seconds(1));
}

/// Peers for whom there was no room and who are being told so.
constexpr std::size_t kMaxFarewells = 16;

std::string text_of(const asio::ip::tcp::endpoint& address) {
  return to_string(Endpoint{address.address().to_string(), address.port()});
}

}  // namespace

struct Server::Parts final : IoObject, std::enable_shared_from_this<Server::Parts> {
  Parts(std::shared_ptr<IoThread::Parts> io_parts, const Endpoint& listen,
        const ServerProtection& protection)
      : io(std::move(io_parts)),
        acceptor(open_acceptor(io->context, listen)),
        retry(io->context),
        sweep_timer(io->context),
        security(protection.security),
        table(std::make_shared<ConnectionTable>(protection.limits)) {}

  void shut_down(const std::string&) override {
    stop_accepting();
    sweep_timer.cancel();
    swept = false;
  }

  void stop_accepting() {
    boost::system::error_code ignored;
    acceptor.close(ignored);
    retry.cancel();
  }

  asio::awaitable<void> sweep_loop() {
    const auto self = shared_from_this();
    while (swept) {
      boost::system::error_code error;
      sweep_timer.expires_after(sweep_pause(table->limits()));
      co_await sweep_timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
      if (swept) table->sweep();
    }
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
    close_on_exec(socket);
    boost::system::error_code gone;
    const auto address = socket.remote_endpoint(gone);
    if (gone) return;
    if (!table->make_room()) return say_full(std::move(socket), text_of(address));
    const auto channel = make_channel(std::move(socket), text_of(address));
    table->add(channel);
    channel->attach();
  }

  std::shared_ptr<TcpChannel> make_channel(asio::ip::tcp::socket socket, const std::string& peer) {
    TcpChannel::Setup setup;
    setup.side = TcpChannel::Side::server;
    setup.peer = peer;
    setup.limits = limits;
    setup.stream = stream_over(std::move(socket));
    setup.handshake = std::make_unique<ServerHandshake>(security.token);
    setup.table = table;
    setup.on_hello = [weak = weak_from_this()](std::shared_ptr<Channel> channel) {
      const auto self = weak.lock();
      return self && self->on_connect ? self->on_connect(std::move(channel)) : nullptr;
    };
    setup.on_early_end = [weak = weak_from_this()](const std::string& who,
                                                   const std::string& reason) {
      if (const auto self = weak.lock()) self->tell_turned_away(who, reason);
    };
    auto channel = std::make_shared<TcpChannel>(io, std::move(setup));
    channel->begin(table->limits().handshake_time);
    return channel;
  }

  std::unique_ptr<ByteStream> stream_over(asio::ip::tcp::socket socket) {
    std::unique_ptr<ByteStream> stream;
    if (security.tls) {
      stream = std::make_unique<TlsStream>(io->context, security.tls, "");
    } else {
      stream = std::make_unique<PlainStream>(io->context);
    }
    stream->socket() = std::move(socket);
    return stream;
  }

  void tell_turned_away(const std::string& peer, const std::string& reason) {
    if (!on_turned_away) return;
    if (const auto line = notices.admit(reason, Clock::now())) on_turned_away(peer, *line);
  }

  /// Says so where it costs little: without TLS, and not to a flood.
  void say_full(asio::ip::tcp::socket socket, const std::string& peer) {
    std::erase_if(farewells, [](const auto& channel) { return channel.expired(); });
    const FrameFault full =
        make_fault(TransportErrc::overloaded,
                   "the server has " + std::to_string(table->limits().max_connections) +
                       " connections, as many as it serves; try again later");
    if (security.tls || farewells.size() >= kMaxFarewells) {
      return tell_turned_away(peer, peer + ": " + full.sentence);
    }
    const auto channel = make_channel(std::move(socket), peer);
    farewells.push_back(channel);
    channel->attach_to_refuse(full);
  }

  std::shared_ptr<IoThread::Parts> io;
  asio::ip::tcp::acceptor acceptor;
  asio::steady_timer retry;
  asio::steady_timer sweep_timer;
  const ServerSecurity security;
  const std::shared_ptr<ConnectionTable> table;
  NoticeLimiter notices;
  std::vector<std::weak_ptr<TcpChannel>> farewells;
  bool swept = true;
  OnConnect on_connect;
  OnTurnedAway on_turned_away;
  FrameLimits limits;
  std::uint64_t key = 0;
  std::uint16_t port = 0;
};

Server::Server(IoThread& io, const Endpoint& listen, OnConnect on_connect,
               const FrameLimits& limits, OnTurnedAway on_turned_away,
               const ServerProtection& protection)
    : parts_(std::make_shared<Parts>(io.parts(), listen, protection)) {
  parts_->on_connect = std::move(on_connect);
  parts_->on_turned_away = std::move(on_turned_away);
  parts_->limits = limits;
  parts_->port = parts_->acceptor.local_endpoint().port();
  parts_->key = parts_->io->remember(parts_);
  asio::co_spawn(
      parts_->io->context, [parts = parts_] { return parts->accept_loop(); }, asio::detached);
  asio::co_spawn(
      parts_->io->context, [parts = parts_] { return parts->sweep_loop(); }, asio::detached);
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
  parts_->io->run_and_wait([this] { parts_->stop_accepting(); });
}

}  // namespace branchline::transport
