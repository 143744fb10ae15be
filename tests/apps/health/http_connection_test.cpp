#include "apps/health/http_connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "http_client.h"

namespace branchline::apps {
namespace {

using namespace std::chrono_literals;
using branchline::testing::RawClient;
using ::testing::StartsWith;

/// Clients of a server that waits 100 ms for anything.
class HttpConnectionTest : public ::testing::Test {
 protected:
  ~HttpConnectionTest() override {
    context_.stop();
    thread_.join();
  }

  const HttpAnswerer answerer_ = [](std::string_view) { return HttpAnswer{200, "a/b", "well"}; };
  boost::asio::io_context context_{1};
  BoundedListener listener_{
      BoundedListener::Tcp::acceptor(context_, {boost::asio::ip::address_v4::loopback(), 0}),
      [this](BoundedListener::Tcp::socket socket) {
        return std::make_shared<HttpConnection>(std::move(socket), answerer_, 100ms);
      }};
  std::thread thread_{[this] { context_.run(); }};
};

TEST_F(HttpConnectionTest, HangsUpOnAClientThatNeverFinishesItsRequest) {
  for (const char* beginning : {"", "GET", "GET / HTTP/1.1\r\nHost: edge\r\n"}) {
    RawClient client(listener_.port());
    client.send(beginning);
    EXPECT_TRUE(client.hung_up()) << beginning;
  }
}

TEST_F(HttpConnectionTest, HangsUpOnAClientThatHasNothingMoreToAsk) {
  RawClient client(listener_.port());
  client.send("GET / HTTP/1.1\r\nHost: edge\r\n\r\n");
  EXPECT_THAT(client.read_until("well"), StartsWith("HTTP/1.1 200"));
  EXPECT_TRUE(client.hung_up());
}

}  // namespace
}  // namespace branchline::apps
