#include "apps/health/health_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "apps/health/http_connection.h"
#include "framework/base/error.h"
#include "http_client.h"
#include "sample_report.h"

namespace branchline::apps {
namespace {

using branchline::testing::http_get;
using branchline::testing::RawClient;
using branchline::testing::say;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class HealthServerTest : public ::testing::Test {
 protected:
  std::uint16_t port() const { return server_.http_port(); }

  SystemTime time_;
  EdgeHealth health_{branchline::testing::sample_facts(), time_};
  HealthServer server_{{"127.0.0.1", 0}, 0, health_};
};

TEST_F(HealthServerTest, ServesThePages) {
  EXPECT_THAT(http_get(port(), "/readyz"), StartsWith("HTTP/1.1 503"));
  health_.begin_serving({}, branchline::testing::sample_metrics);
  EXPECT_THAT(http_get(port(), "/readyz"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(http_get(port(), "/readyz?verbose"), EndsWith("\r\n\r\nready\n"));
  const std::string metrics = http_get(port(), "/metrics");
  EXPECT_THAT(metrics, HasSubstr("Content-Type: text/plain; version=0.0.4"));
  EXPECT_THAT(metrics, HasSubstr("branchlined_inflight 2"));
  EXPECT_THAT(http_get(port(), "/"), HasSubstr("<!doctype html>"));
  EXPECT_THAT(http_get(port(), "/nowhere"), StartsWith("HTTP/1.1 404"));
  EXPECT_FALSE(server_.open_to_others());
}

TEST_F(HealthServerTest, KeepsConnectionsForOneRequestAfterAnother) {
  RawClient client(port());
  const std::string request = "GET /healthz HTTP/1.1\r\nHost: edge\r\n\r\n";
  for (int i = 0; i < 3; ++i) {
    client.send(request);
    EXPECT_THAT(client.read_until("live\n"), StartsWith("HTTP/1.1 200"));
  }
  client.send(request + request);  // both at once
  EXPECT_THAT(client.read_until("live\n"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(client.read_until("live\n"), StartsWith("HTTP/1.1 200"));
}

TEST_F(HealthServerTest, AnswersHttp10AsHaproxyAsks) {
  const std::string answer = say(port(), "GET /healthz HTTP/1.0\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.0 200"));
  EXPECT_THAT(answer, EndsWith("live\n"));
}

TEST_F(HealthServerTest, AnswersHeadWithoutABody) {
  const std::string answer =
      say(port(), "HEAD /healthz HTTP/1.1\r\nHost: e\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 5\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(HealthServerTest, ChangesNothingForAnybody) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "NONSENSE"}) {
    const std::string answer =
        say(port(), std::string(method) + " / HTTP/1.1\r\nHost: e\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 405")) << method;
    EXPECT_THAT(answer, HasSubstr("Allow: GET, HEAD\r\n"));
  }
}

TEST_F(HealthServerTest, TurnsAwayWhatIsTooLargeOrNoHttp) {
  const std::string large(2 * HttpConnection::kMaxHeader, 'x');
  EXPECT_THAT(say(port(), "GET / HTTP/1.1\r\nA: " + large + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431"));
  EXPECT_THAT(say(port(), "GET /" + large + " HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 431"));
  EXPECT_THAT(say(port(), "GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"),
              StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(
      say(port(), "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
      StartsWith("HTTP/1.1 413"));
  for (const std::string& noise :
       {std::string("no http at all\r\n\r\n"), std::string("GET\r\n\r\n"),
        std::string("\x16\x03\x01\0\xa5\x01\0\0", 8), std::string("GET / HTTP/9.9\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n")}) {
    EXPECT_THAT(say(port(), noise), StartsWith("HTTP/1.1 400")) << noise;
  }
  EXPECT_THAT(http_get(port(), "/healthz"), StartsWith("HTTP/1.1 200"));
}

TEST_F(HealthServerTest, AnswersWhileOthersHoldAllConnections) {
  std::vector<std::unique_ptr<RawClient>> idle;
  for (std::size_t i = 0; i < BoundedListener::kMaxOpen + 10; ++i) {
    idle.push_back(std::make_unique<RawClient>(port()));
    idle.back()->send("GET / HT");  // and never the rest
  }
  EXPECT_THAT(http_get(port(), "/healthz"), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(idle.front()->read_all(), "") << "the oldest had to go";
}

TEST_F(HealthServerTest, AnswersManyAtOnce) {
  health_.begin_serving({}, branchline::testing::sample_metrics);
  std::vector<std::thread> clients;
  std::atomic<int> answered{0};
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&] {
      for (int k = 0; k < 20; ++k) {
        if (http_get(port(), "/metrics").find("branchlined_inflight 2") != std::string::npos) {
          ++answered;
        }
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(answered, 160);
}

TEST_F(HealthServerTest, AnswersTheAgent) {
  RawClient starting(server_.agent_port());
  EXPECT_EQ(starting.read_all(), "down\n");
  health_.begin_serving({}, branchline::testing::sample_metrics);
  RawClient serving(server_.agent_port());
  EXPECT_EQ(serving.read_all(), "up ready 100%\n");
  health_.begin_drain();
  RawClient draining(server_.agent_port());
  EXPECT_EQ(draining.read_all(), "drain\n");
}

TEST_F(HealthServerTest, NamesTheAddressThatIsTaken) {
  try {
    const HealthServer another({"127.0.0.1", port()}, std::nullopt, health_);
    FAIL() << "two servers at one address";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("127.0.0.1:" + std::to_string(port())));
  }
}

TEST_F(HealthServerTest, ForbidsThePageToLoadOrBeFramed) {
  const std::string page = http_get(port(), "/");
  EXPECT_THAT(page, HasSubstr("Content-Security-Policy: default-src 'none'"));
  EXPECT_THAT(page, HasSubstr("frame-ancestors 'none'"));
  EXPECT_THAT(page, HasSubstr("X-Content-Type-Options: nosniff"));
  EXPECT_THAT(page, HasSubstr("Cache-Control: no-store"));
  EXPECT_THAT(page, Not(HasSubstr("Server:")));
}

}  // namespace
}  // namespace branchline::apps
