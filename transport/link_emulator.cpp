#include "transport/link_emulator.h"

#include <netinet/tcp.h>

#include <list>
#include <utility>

#include "framework/base/error.h"
#include "transport/asio.h"
#include "transport/close_on_exec.h"
#include "transport/io_thread.h"
#include "transport/link_line.h"
#include "transport/link_stalls.h"
#include "transport/tcp_listen.h"
#include "transport/tcp_resolve.h"

namespace branchline::transport {
namespace {

using tcp = asio::ip::tcp;
using MaxSegment = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_MAXSEG>;

/// Small, so that what waits for the link waits at the sender, where it is seen. Segments must then
/// be small too: loopback's 64 KiB ones would not fit the window and stall on timers.
constexpr int kReceiveBuffer = 32 * 1024;
constexpr int kSegment = 1448;

template <class Socket>
void keep_buffers_small(Socket& socket) {
  boost::system::error_code ignored;
  socket.set_option(asio::socket_base::receive_buffer_size(kReceiveBuffer), ignored);
  socket.set_option(MaxSegment(kSegment), ignored);
}

std::shared_ptr<LinkLine> make_line(asio::io_context& context, const LinkProfile& profile,
                                    const RateTrace& trace, std::uint64_t seed) {
  return std::make_shared<LinkLine>(context, RateSchedule(trace, Clock::now()), profile.delay,
                                    profile.jitter, seed);
}

}  // namespace

struct LinkEmulator::Parts final : IoObject, std::enable_shared_from_this<LinkEmulator::Parts> {
  using SocketPtr = LinkFlow::SocketPtr;
  struct Connection {
    std::weak_ptr<tcp::socket> device;
    std::weak_ptr<tcp::socket> edge;
    std::vector<std::weak_ptr<LinkFlow>> flows;
  };

  Parts(std::shared_ptr<IoThread::Parts> io_parts, const Endpoint& listen,
        const LinkProfile& profile)
      : io(std::move(io_parts)),
        acceptor(open_acceptor(io->context, listen)),
        uplink(make_line(io->context, profile, profile.uplink, profile.seed)),
        downlink(make_line(io->context, profile, profile.downlink, profile.seed + 1)),
        stalls(std::make_shared<LinkStalls>(io->context, profile.seed + 2)),
        queue_bytes(profile.queue_bytes) {
    keep_buffers_small(acceptor);
  }

  void shut_down(const std::string&) override {
    boost::system::error_code ignored;
    acceptor.close(ignored);
    stalls->stop();
    uplink->stop();
    downlink->stop();
    close_all(false);
  }

  void forget_closed() {
    connections.remove_if([](const Connection& old) { return old.device.expired(); });
  }

  void close_all(bool with_reset) {
    held_back.clear();
    for (const Connection& connection : std::exchange(connections, {})) {
      for (const auto& weak : {connection.device, connection.edge}) {
        const auto socket = weak.lock();
        if (!socket) continue;
        boost::system::error_code ignored;
        if (with_reset) socket->set_option(asio::socket_base::linger(true, 0), ignored);
        socket->close(ignored);
      }
      for (const auto& weak : connection.flows) {
        if (const auto flow = weak.lock()) flow->wake();
      }
    }
  }

  bool frozen() const { return is_cut || stalls->stalled(); }

  /// After a cut or stall began or ended.
  void freeze_or_thaw() {
    for (LinkLine* line : {uplink.get(), downlink.get()}) frozen() ? line->freeze() : line->thaw();
    if (frozen()) return;
    for (SocketPtr& socket : std::exchange(held_back, {})) begin(std::move(socket));
  }

  void keep_stalling(const LinkProfile& profile) {
    stalls->change = [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->freeze_or_thaw();
    };
    stalls->repeat(profile.stall_length, profile.stall_every);
  }

  asio::awaitable<void> accept_loop() {
    const auto self = shared_from_this();
    asio::steady_timer pause(io->context);
    while (acceptor.is_open()) {
      boost::system::error_code error;
      auto socket = std::make_shared<tcp::socket>(io->context);
      co_await acceptor.async_accept(*socket, asio::redirect_error(asio::use_awaitable, error));
      if (!acceptor.is_open()) break;
      if (!error) close_on_exec(*socket);
      if (error) {
        pause.expires_after(std::chrono::milliseconds(100));
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
      } else if (frozen()) {
        held_back.push_back(std::move(socket));
      } else {
        begin(std::move(socket));
      }
    }
  }

  void begin(SocketPtr device) {
    asio::co_spawn(
        io->context,
        [self = shared_from_this(), device = std::move(device)] { return self->join(device); },
        asio::detached);
  }

  asio::awaitable<void> join(SocketPtr device) {
    const auto self = shared_from_this();
    boost::system::error_code error;
    tcp::resolver resolver(io->context);
    const auto addresses = co_await resolve(resolver, target, error);
    auto edge = std::make_shared<tcp::socket>(io->context);
    forget_closed();
    Connection& connection = connections.emplace_back(Connection{device, edge, {}});
    const auto up = std::make_shared<LinkFlow>(uplink, device, edge, queue_bytes);
    const auto down = std::make_shared<LinkFlow>(downlink, edge, device, queue_bytes);
    connection.flows = {up, down};
    boost::system::error_code refused = asio::error::host_not_found;
    for (const auto& address : addresses) {
      edge->close(error);
      edge->open(address.protocol(), error);
      if (!error) close_on_exec(*edge);
      keep_buffers_small(*edge);
      co_await edge->async_connect(address, asio::redirect_error(asio::use_awaitable, refused));
      if (!refused || !acceptor.is_open()) break;
    }
    if (refused) {
      device->set_option(asio::socket_base::linger(true, 0), error);
      device->close(error);
      co_return;
    }
    for (const auto& socket : {device, edge}) socket->set_option(tcp::no_delay(true), error);
    up->start();
    down->start();
  }

  std::shared_ptr<IoThread::Parts> io;
  tcp::acceptor acceptor;
  Endpoint target;
  std::shared_ptr<LinkLine> uplink;
  std::shared_ptr<LinkLine> downlink;
  std::shared_ptr<LinkStalls> stalls;
  bool is_cut = false;
  std::size_t queue_bytes;
  std::list<Connection> connections;
  std::vector<SocketPtr> held_back;  ///< came while the link was cut
  std::uint64_t key = 0;
  std::uint16_t port = 0;
};

LinkEmulator::LinkEmulator(IoThread& io, const Endpoint& listen, const Endpoint& target,
                           LinkProfile profile) {
  check_profile(profile);
  parts_ = std::make_shared<Parts>(io.parts(), listen, profile);
  parts_->target = target;
  parts_->port = parts_->acceptor.local_endpoint().port();
  parts_->key = parts_->io->remember(parts_);
  parts_->io->run_and_wait([&] { parts_->keep_stalling(profile); });
  asio::co_spawn(
      parts_->io->context, [parts = parts_] { return parts->accept_loop(); }, asio::detached);
}

LinkEmulator::~LinkEmulator() {
  parts_->io->run_and_wait([this] { parts_->shut_down(""); });
  parts_->io->forget(parts_->key);
}

std::uint16_t LinkEmulator::port() const { return parts_->port; }

void LinkEmulator::set_profile(LinkProfile profile) {
  check_profile(profile);
  parts_->io->run_and_wait([&] {
    const TimePoint now = Clock::now();
    parts_->queue_bytes = profile.queue_bytes;
    parts_->uplink->change_rate(RateSchedule(std::move(profile.uplink), now));
    parts_->downlink->change_rate(RateSchedule(std::move(profile.downlink), now));
    parts_->uplink->change_delay(profile.delay, profile.jitter);
    parts_->downlink->change_delay(profile.delay, profile.jitter);
    parts_->keep_stalling(profile);
  });
}

void LinkEmulator::set_uplink(RateTrace trace) {
  check_trace(trace);
  parts_->io->run_and_wait(
      [&] { parts_->uplink->change_rate(RateSchedule(std::move(trace), Clock::now())); });
}

void LinkEmulator::set_downlink(RateTrace trace) {
  check_trace(trace);
  parts_->io->run_and_wait(
      [&] { parts_->downlink->change_rate(RateSchedule(std::move(trace), Clock::now())); });
}

void LinkEmulator::set_delay(Duration delay, Duration jitter) {
  BL_EXPECT(delay >= Duration{0} && jitter >= Duration{0}, "a link's delay cannot be negative");
  parts_->io->run_and_wait([&] {
    parts_->uplink->change_delay(delay, jitter);
    parts_->downlink->change_delay(delay, jitter);
  });
}

void LinkEmulator::cut() {
  parts_->io->run_and_wait([this] {
    parts_->is_cut = true;
    parts_->freeze_or_thaw();
  });
}

void LinkEmulator::restore() {
  parts_->io->run_and_wait([this] {
    parts_->is_cut = false;
    parts_->stalls->end();
    parts_->freeze_or_thaw();
  });
}

void LinkEmulator::stall(Duration length) {
  parts_->io->run_and_wait([&] { parts_->stalls->begin(length); });
}

void LinkEmulator::reset_all() {
  parts_->io->run_and_wait([this] { parts_->close_all(true); });
}

LinkStatus LinkEmulator::status() const {
  LinkStatus status;
  parts_->io->run_and_wait([&] {
    status.cut = parts_->is_cut;
    status.stalled = parts_->stalls->stalled();
    status.uplink_bytes_per_s = parts_->uplink->rate_now();
    status.downlink_bytes_per_s = parts_->downlink->rate_now();
    status.delay = parts_->uplink->delay();
    status.jitter = parts_->uplink->jitter();
    status.uplink_bytes = parts_->uplink->bytes_passed();
    status.downlink_bytes = parts_->downlink->bytes_passed();
    parts_->forget_closed();
    status.connections = parts_->connections.size();
  });
  return status;
}

}  // namespace branchline::transport
