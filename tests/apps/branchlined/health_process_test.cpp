// How the real branchlined tells others how it is, from its start to the end of its drain.
#include <gmock/gmock.h>

#include "running_server.h"
#include "tests/apps/health/http_client.h"
#include "tests/apps/health/notify_socket.h"
#include "tests/framework/runtime/edge_client.h"

namespace branchline::apps {
namespace {

using namespace std::chrono_literals;
using branchline::testing::EdgeClient;
using branchline::testing::eventually;
using branchline::testing::http_get;
using branchline::testing::NotifySocket;
using branchline::testing::RunningServer;
using branchline::testing::say;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(BranchlinedHealth, SaysWhenItIsReadyAndCounts) {
  RunningServer server({});
  EXPECT_THAT(http_get(server.http(), "/healthz"), StartsWith("HTTP/1.1 200"));
  EdgeClient client(server.port(), {"another network"});
  EXPECT_FALSE(client.welcomed());
  EXPECT_THAT(http_get(server.http(), "/readyz"), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(say(server.agent(), ""), "up ready 100%\n");
  const std::string metrics = http_get(server.http(), "/metrics");
  EXPECT_THAT(metrics, HasSubstr("branchlined_refused_total{why=\"unknown_model\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("branchlined_build_info{version=\""));
  EXPECT_THAT(metrics, HasSubstr("branchlined_compute_seconds_count{exit=\"1\"} 0\n"));
  EXPECT_THAT(http_get(server.http(), "/status.json"), HasSubstr("\"phase\":\"ready\""));
}

TEST(BranchlinedHealth, GoesOnServingWhileLoadBalancersNoticeThatItDrains) {
  RunningServer server({"--drain-pause", "4s"});
  EdgeClient early(server.port());
  ASSERT_TRUE(early.welcomed());
  server.signal(SIGTERM);
  EXPECT_TRUE(eventually(
      10s, [&] { return http_get(server.http(), "/readyz").find("HTTP/1.1 503") == 0; }));
  EXPECT_EQ(say(server.agent(), ""), "drain\n");
  EXPECT_THAT(http_get(server.http(), "/healthz"), StartsWith("HTTP/1.1 200"));
  EdgeClient late(server.port());
  EXPECT_TRUE(late.welcomed()) << "whom the balancer still sent here";
  EXPECT_TRUE(early.heard_draining());
  EXPECT_TRUE(late.heard_draining());
  EXPECT_EQ(server.wait(), 0);
}

TEST(BranchlinedHealth, ASecondSignalEndsThePause) {
  RunningServer server({"--drain-pause", "10min"});
  server.port();
  server.signal(SIGTERM);
  EXPECT_TRUE(eventually(10s, [&] { return say(server.agent(), "") == "drain\n"; }));
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 128 + SIGTERM);
}

TEST(BranchlinedHealth, TellsSystemdThatItIsReadyAliveAndStopping) {
  const NotifySocket manager;
  setenv("WATCHDOG_USEC", "400000", 1);
  RunningServer server({"--drain-pause", "1ns"});
  unsetenv("WATCHDOG_USEC");
  server.port();
  std::string heard;
  while (heard.find("READY=1") == std::string::npos || heard.find("DOG=1") == std::string::npos) {
    const std::string message = manager.next();
    ASSERT_NE(message, "") << heard;
    heard += message + "\n";
  }
  EXPECT_THAT(heard, HasSubstr("STATUS=serving 1 networks"));
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
  do {
    heard = manager.next();
  } while (heard == "WATCHDOG=1");
  EXPECT_EQ(heard, "STOPPING=1\nSTATUS=draining");
}

TEST(BranchlinedHealth, NamesTheHealthAddressThatIsWrong) {
  RunningServer server({});
  const std::string taken = "127.0.0.1:" + std::to_string(server.http());
  const std::string model =
      std::string(BRANCHLINE_SOURCE_DIR) + "/branchy_models/pretrained/b_lenet-fashion.pt";
  const std::vector<std::vector<std::string>> wrong = {
      {"--http", taken}, {"--http", "nonsense"}, {"--agent-port", "1"}, {"--drain-pause", "2"}};
  for (std::vector<std::string> flags : wrong) {
    flags.insert(flags.begin(), {BRANCHLINED, "--models", model, "--listen", "127.0.0.1:0"});
    const auto ended = branchline::testing::run_program(flags);
    EXPECT_EQ(ended.code, 2) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr(flags[5] == "--http" ? flags[6] : flags[5]));
  }
}

}  // namespace
}  // namespace branchline::apps
