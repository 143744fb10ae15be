#include "tests/fuzz/handshake_bytes.h"

#include <signal.h>
#include <sys/socket.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "framework/base/error.h"
#include "tests/fuzz/input_bytes.h"
#include "tests/fuzz/mended_frames.h"
#include "transport/asio.h"
#include "transport/channel.h"
#include "transport/frame_reader.h"

namespace branchline::testing {
namespace {

using namespace std::chrono_literals;
using namespace branchline::transport;
using tcp = asio::ip::tcp;

constexpr auto kPatience = 20s;  // no bug: a machine under load

/// Replies to what asks for it, as an edge and as a device would.
class Replier final : public ChannelListener {
 public:
  void speak_through(const std::shared_ptr<Channel>& channel) { channel_ = channel; }

  void on_message(Message message, const Arrival&) override {
    if (closed_) broken_ = true;
    ++heard_;
    const auto channel = channel_.lock();
    if (!channel) return;
    if (std::holds_alternative<Hello>(message.body)) {
      Welcome welcome;
      welcome.max_in_flight = 2;
      welcome.capabilities = capability::kPayloadChecksum;
      channel->send({message.id, std::move(welcome)});
    } else if (auto* request = std::get_if<Request>(&message.body)) {
      Answer answer;
      answer.tensors = std::move(request->tensors);
      channel->send({message.id, std::move(answer)});
    } else if (std::holds_alternative<Ping>(message.body)) {
      channel->send({message.id, Pong{}});
    }
  }

  void on_closed(const std::string& reason) override {
    const std::lock_guard lock(mutex_);
    broken_ = broken_ || closed_ || reason.empty();
    closed_ = true;
    changed_.notify_all();
  }

  void expect_closed_well() {
    std::unique_lock lock(mutex_);
    BL_EXPECT(changed_.wait_for(lock, kPatience, [&] { return closed_.load(); }),
              "the channel did not close");
    BL_EXPECT(!broken_,
              "the listener was told the end twice, without a reason, or not as the last");
  }

  int heard() const { return heard_; }

 private:
  std::weak_ptr<Channel> channel_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> closed_{false};
  std::atomic<bool> broken_{false};
  std::atomic<int> heard_{0};
};

/// While it lives, libFuzzer's alarm of every other second does not reach this thread, in which it
/// would end a blocking connect or accept with an error.
class AlarmHeldBack {
 public:
  AlarmHeldBack() {
    sigset_t alarm;
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &alarm, &before_);
  }
  ~AlarmHeldBack() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  AlarmHeldBack(const AlarmHeldBack&) = delete;
  AlarmHeldBack& operator=(const AlarmHeldBack&) = delete;

 private:
  sigset_t before_{};
};

/// Sends all it can of them; the other side may close before the end.
void send_bytes(tcp::socket& socket, std::span<const std::byte> bytes, bool in_two_pieces) {
  boost::system::error_code closed;
  const std::size_t first = in_two_pieces ? bytes.size() / 2 : bytes.size();
  asio::write(socket, asio::buffer(bytes.data(), first), closed);
  asio::write(socket, asio::buffer(bytes.data() + first, bytes.size() - first), closed);
  socket.shutdown(tcp::socket::shutdown_send, closed);
}

void expect_frames_until_the_end(tcp::socket& socket) {
  const timeval patience{std::chrono::seconds(kPatience).count(), 0};
  ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  FrameReader reader(FrameLimits{}, std::make_shared<BufferPool>());
  for (;;) {
    const auto space = reader.space();
    const ssize_t bytes = ::recv(socket.native_handle(), space.data(), space.size(), 0);
    if (bytes < 0 && errno == EINTR) continue;
    BL_EXPECT(bytes >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK),
              "the channel neither answered nor closed");
    if (bytes < 0) return;  // reset: the end may be missing
    if (bytes == 0) break;
    reader.received(static_cast<std::size_t>(bytes), TimePoint{});
    while (reader.next()) {
    }
    BL_EXPECT(!reader.fault(), "what our side sent makes no sense: " + reader.fault().sentence);
  }
  BL_EXPECT(!reader.inside_frame(), "our side ended in the middle of a frame");
}

}  // namespace

struct HandshakeBytes::Parts {
  Parts()
      : server(io, {"127.0.0.1", 0},
               [this](const std::shared_ptr<Channel>& channel) {
                 const auto replier = std::make_shared<Replier>();
                 replier->speak_through(channel);
                 const std::lock_guard lock(mutex);
                 served = replier;
                 return replier;
               }),
        acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {}

  /// The peer is a client of ours.
  int serve(tcp::socket& socket, std::span<const std::byte> bytes, bool in_two_pieces) {
    {
      const AlarmHeldBack uninterrupted;
      socket.connect({asio::ip::address_v4::loopback(), server.port()});
    }
    send_bytes(socket, bytes, in_two_pieces);
    expect_frames_until_the_end(socket);
    std::shared_ptr<Replier> replier;
    {
      const std::lock_guard lock(mutex);
      replier.swap(served);
    }
    if (!replier) return 0;
    replier->expect_closed_well();
    return replier->heard();
  }

  /// The peer is the server.
  int ask(tcp::socket& socket, std::span<const std::byte> bytes, bool in_two_pieces) {
    const auto replier = std::make_shared<Replier>();
    Hello hello;
    hello.capabilities = capability::kPayloadChecksum;
    const auto channel =
        connect(io, {"127.0.0.1", acceptor.local_endpoint().port()}, hello, kPatience, replier);
    replier->speak_through(channel);
    channel->send({1, Request{}});
    channel->send({2, Ping{}});
    {
      const AlarmHeldBack uninterrupted;
      acceptor.accept(socket);
    }
    send_bytes(socket, bytes, in_two_pieces);
    expect_frames_until_the_end(socket);
    replier->expect_closed_well();
    return replier->heard();
  }

  IoThread io;
  std::mutex mutex;
  std::shared_ptr<Replier> served;
  Server server;
  asio::io_context context;
  tcp::acceptor acceptor;
};

HandshakeBytes::HandshakeBytes() : parts_(std::make_unique<Parts>()) {}
HandshakeBytes::~HandshakeBytes() = default;

bool HandshakeBytes::check(std::span<const std::byte> input) {
  InputBytes start(input);
  const std::uint8_t mode = start.take();
  std::vector<std::byte> bytes(start.rest().begin(), start.rest().end());
  if ((mode & 2) != 0) mend_frames(bytes);
  tcp::socket socket(parts_->context);
  const bool in_two_pieces = (mode & 4) != 0;
  const int heard = (mode & 1) != 0 ? parts_->ask(socket, bytes, in_two_pieces)
                                    : parts_->serve(socket, bytes, in_two_pieces);
  // A reset leaves no port waiting: there are many inputs a second.
  boost::system::error_code ignored;
  socket.set_option(asio::socket_base::linger(true, 0), ignored);
  return heard > 0;
}

}  // namespace branchline::testing
