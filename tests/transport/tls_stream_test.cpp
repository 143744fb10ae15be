#include "transport/tls_stream.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <string>
#include <thread>
#include <vector>

#include "tests/transport/certificates.h"
#include "tests/transport/tls_client.h"
#include "transport/tls_error.h"

namespace branchline::transport::testing {
namespace {

using tcp = asio::ip::tcp;

/// The server's end of a connection whose handshake is over, and a client that may do what it
/// should not. All on the test's own thread: turn() lets the server's end go on.
class TlsStreamTest : public ::testing::Test {
 protected:
  TlsStreamTest() {
    tcp::acceptor acceptor(context_, {asio::ip::address_v4::loopback(), 0});
    client_.socket.connect(acceptor.local_endpoint());
    acceptor.accept(stream_.socket());
    stream_.socket().non_blocking(true);
    client_.socket.non_blocking(true);
    bool opened = false;
    asio::co_spawn(
        context_,
        [this, &opened]() -> asio::awaitable<void> {
          const FrameFault fault = co_await stream_.open();
          EXPECT_FALSE(fault) << fault.sentence;
          opened = true;
        },
        asio::detached);
    while (!opened) {
      client_.shake_hands();
      turn();
    }
  }

  void turn() { context_.poll(); }

  struct Read {
    std::size_t bytes = 0;
    boost::system::error_code error;
    bool done = false;
  };
  void start_reading(std::span<std::byte> space, Read& read) {
    asio::co_spawn(
        context_,
        [this, space, &read]() -> asio::awaitable<void> {
          read.bytes = co_await stream_.read_some(space, read.error);
          read.done = true;
        },
        asio::detached);
  }

  /// Until all that the client said is there.
  void turn_until_done(const Read& read) {
    for (int i = 0; i < 3000 && !read.done; ++i) {
      turn();
      if (!read.done) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  boost::system::error_code write(std::size_t bytes) {
    const std::vector<std::byte> text(bytes);
    const std::span<const std::byte> segment(text);
    boost::system::error_code error;
    stream_.write_some({&segment, 1}, error);
    return error;
  }

  UsualCertificates files_;
  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  TlsStream stream_{context_, files_.server_security().tls, ""};
  TlsClient client_{context_};
};

/// The event that ends its wait ends another wait first, and there the read is stopped.
TEST_F(TlsStreamTest, AReadThatIsStoppedWhenItsWaitIsOverTouchesNothing) {
  std::vector<std::byte> space(100, std::byte{7});
  const std::vector<std::byte> untouched = space;
  Read read;
  stream_.socket().async_wait(tcp::socket::wait_read,
                              [this](boost::system::error_code) { stream_.stop_reading(); });
  start_reading(space, read);
  turn();
  ASSERT_TRUE(client_.say(std::string(100, 'x')));
  turn_until_done(read);
  EXPECT_EQ(read.error, asio::error::operation_aborted);
  EXPECT_EQ(space, untouched);
}

TEST_F(TlsStreamTest, ManySmallRecordsLetOthersHaveTheirTurn) {
  constexpr std::size_t kRecords = 1000;
  for (std::size_t i = 0; i < kRecords; ++i) ASSERT_TRUE(client_.say("x"));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // they arrive
  std::vector<std::byte> space(kRecords);
  std::size_t bytes = 0;
  int waited = 0;
  while (bytes < kRecords) {
    Read read;
    start_reading(space, read);
    asio::post(context_, [&] { waited += read.done ? 0 : 1; });
    turn_until_done(read);
    ASSERT_FALSE(read.error) << read.error.message();
    EXPECT_LE(read.bytes, 300u);
    bytes += read.bytes;
  }
  EXPECT_GE(waited, 3);
}

TEST_F(TlsStreamTest, AFewMessagesOfTlsItselfAreTakenAndManyEndTheConnection) {
  std::vector<std::byte> space(100);
  Read first;
  for (int i = 0; i < 4; ++i) client_.renew_keys();
  ASSERT_TRUE(client_.say("hello"));
  start_reading(space, first);
  turn_until_done(first);
  EXPECT_EQ(first.bytes, 5u) << first.error.message();
  Read second;
  for (int i = 0; i < 10; ++i) client_.renew_keys();
  start_reading(space, second);
  turn_until_done(second);
  EXPECT_EQ(second.error, unexpected_tls_message());
}

/// The header of a KeyUpdate, without its one byte: OpenSSL writes nothing until that came.
TEST_F(TlsStreamTest, AMessageOfTlsThatIsNeverFinishedEndsTheConnectionAtTheNextWrite) {
  std::vector<std::byte> space(100);
  Read read;
  start_reading(space, read);
  asio::write(client_.socket,
              asio::buffer(client_.record(SSL3_RT_HANDSHAKE, {SSL3_MT_KEY_UPDATE, 0, 0, 1})));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // it arrives
  turn();
  EXPECT_FALSE(read.done);
  EXPECT_EQ(write(100), unexpected_tls_message());
  turn_until_done(read);
  EXPECT_EQ(read.error, unexpected_tls_message());
}

/// OpenSSL answers it from inside SSL_read, which must then wait until it can.
TEST_F(TlsStreamTest, WhoAsksForNewKeysAndDoesNotReadIsReadAllTheSame) {
  while (write(16'384) != asio::error::would_block) {
  }
  std::vector<std::byte> space(100);
  Read read;
  client_.ask_for_new_keys();
  ASSERT_TRUE(client_.say("hello"));
  start_reading(space, read);
  for (int i = 0; i < 50; ++i) {
    turn();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_FALSE(read.error) << read.error.message();
  client_.read_all();
  turn_until_done(read);
  EXPECT_EQ(read.bytes, 5u) << read.error.message();
}

}  // namespace
}  // namespace branchline::transport::testing
