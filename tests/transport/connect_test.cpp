#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "tests/transport/channel_pairs.h"
#include "tests/transport/sample_messages.h"
#include "transport/asio.h"
#include "transport/channel.h"

namespace branchline::transport::testing {
namespace {

using namespace std::chrono_literals;
using tcp = asio::ip::tcp;

/// A listener of ours that answers each connection with fixed bytes and then waits.
class FalseServer {
 public:
  explicit FalseServer(std::vector<std::byte> bytes)
      : acceptor_(context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
        thread_([this, bytes = std::move(bytes)] {
          tcp::socket socket(context_);
          boost::system::error_code error;
          acceptor_.accept(socket, error);
          if (!bytes.empty()) asio::write(socket, asio::buffer(bytes), error);
          std::array<char, 1024> bin;
          while (!error) socket.read_some(asio::buffer(bin), error);
        }) {}
  ~FalseServer() {
    // Nobody may have come: then this ends the wait.
    tcp::socket late(context_);
    boost::system::error_code ignored;
    late.connect(acceptor_.local_endpoint(), ignored);
    late.close(ignored);
    thread_.join();
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  asio::io_context context_;
  tcp::acceptor acceptor_;
  std::thread thread_;
};

std::string reason_when_served(std::vector<std::byte> bytes, Duration timeout,
                               std::size_t messages = 0) {
  IoThread io;
  const FalseServer server(std::move(bytes));
  auto recorder = std::make_shared<Recorder>();
  const auto channel = connect(io, {"127.0.0.1", server.port()}, {}, timeout, recorder);
  EXPECT_TRUE(recorder->wait_until_closed());
  EXPECT_EQ(recorder->messages().size(), messages);
  EXPECT_FALSE(channel->is_open());
  return recorder->reason();
}

TEST(Connect, ASilentServerTimesOut) {
  EXPECT_NE(reason_when_served({}, 50ms).find("did not answer within 50 ms"), std::string::npos);
}

TEST(Connect, ARefusalIsHeardThenTheEnd) {
  const auto refused = frame_bytes_of({0, Refused{Refusal::draining, "going down", Duration{0}}});
  EXPECT_NE(reason_when_served(refused, 30s, 1).find("going down"), std::string::npos);
}

TEST(Connect, ASecondWelcomeEndsTheConnection) {
  auto twice = frame_bytes_of({0, Welcome{"edge", {}, {}, 0, 8, Duration{0}, 0, 0, {}}});
  const auto once = twice;
  twice.insert(twice.end(), once.begin(), once.end());
  EXPECT_NE(reason_when_served(twice, 30s, 1).find("came again"), std::string::npos);
}

TEST(Connect, AServerThatSpeaksSomethingElseIsNamedSo) {
  const std::string ssh =
      "SSH-2.0-OpenSSH_9.2p1 Debian-2 and some more bytes to fill a whole header";
  const auto* bytes = reinterpret_cast<const std::byte*>(ssh.data());
  const std::string reason = reason_when_served({bytes, bytes + ssh.size()}, 30s);
  EXPECT_NE(reason.find("does not speak the Branchline protocol"), std::string::npos) << reason;
}

TEST(Connect, AnythingButAWelcomeEndsTheHandshake) {
  const std::string reason = reason_when_served(frame_bytes_of({0, Ready{}}), 30s);
  EXPECT_NE(reason.find("did not answer the Hello"), std::string::npos) << reason;
}

TEST(Connect, NobodyThereAndNoSuchHostAreSaid) {
  IoThread io;
  std::uint16_t free_port = 0;
  {
    const Server gone(io, {"127.0.0.1", 0}, [](auto) { return nullptr; });
    free_port = gone.port();
  }
  auto nobody = std::make_shared<Recorder>();
  const auto a = connect(io, {"127.0.0.1", free_port}, {}, 30s, nobody);
  ASSERT_TRUE(nobody->wait_until_closed());
  EXPECT_NE(nobody->reason().find("nobody listens"), std::string::npos) << nobody->reason();
  auto nowhere = std::make_shared<Recorder>();
  const auto b = connect(io, {"no.such.host.invalid", 1}, {}, 30s, nowhere);
  ASSERT_TRUE(nowhere->wait_until_closed());
  EXPECT_NE(nowhere->reason().find("no.such.host.invalid"), std::string::npos);
}

TEST(Connect, ClosingWhileConnectingIsHeardOnce) {
  IoThread io;
  const FalseServer server({});
  auto recorder = std::make_shared<Recorder>();
  const auto channel = connect(io, {"127.0.0.1", server.port()}, {}, 30s, recorder);
  channel->close("changed my mind");
  ASSERT_TRUE(recorder->wait_until_closed());
  EXPECT_EQ(recorder->reason(), "changed my mind");
  EXPECT_EQ(recorder->times_closed(), 1);
}

TEST(Connect, TheThreadMayGoDownWhileConnecting) {
  const FalseServer server({});
  auto recorder = std::make_shared<Recorder>();
  std::shared_ptr<Channel> channel;
  {
    IoThread io;
    channel = connect(io, {"127.0.0.1", server.port()}, {}, 30s, recorder);
    ASSERT_TRUE(recorder->wait_for_sent(1));
  }
  EXPECT_EQ(recorder->times_closed(), 1);
}

}  // namespace
}  // namespace branchline::transport::testing
