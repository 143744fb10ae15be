#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/apps/programs/programs.h"

namespace branchline::testing {
namespace {

using ::testing::HasSubstr;

TEST(Ping, TellsModelsAndRoundTrips) {
  RunningEdge edge(shipped("b_lenet-fashion.pt"));
  const Finished text = branchline({"ping", edge.address(), "-n", "2"});
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr(edge.address() + ": branchlined 0.1.0, handshake in "));
  EXPECT_THAT(text.out, HasSubstr("model b_lenet-fashion"));
  EXPECT_THAT(text.out, HasSubstr("ping 2: "));
  EXPECT_THAT(text.out, HasSubstr("a request would wait "));

  const Finished json = branchline({"ping", edge.address(), "-n", "3", "--json"});
  EXPECT_EQ(json.code, 0) << json.err;
  const nlohmann::json report = nlohmann::json::parse(json.out);
  EXPECT_EQ(report["schema"], "branchline.ping/1");
  EXPECT_EQ(report["ok"], true);
  ASSERT_EQ(report["models"].size(), 1u);
  EXPECT_EQ(report["models"][0]["digest"].get<std::string>().size(), 32u);
  ASSERT_EQ(report["round_trip_ns"].size(), 3u);
  for (const nlohmann::json& time : report["round_trip_ns"]) EXPECT_GT(time, 0);
}

TEST(Ping, SaysThatNobodyListens) {
  const Finished text = branchline({"ping", "127.0.0.1:1"});
  EXPECT_EQ(text.code, 4);
  EXPECT_THAT(text.err, HasSubstr("nobody listens at 127.0.0.1:1"));
  const Finished json = branchline({"ping", "127.0.0.1:1", "--json"});
  EXPECT_EQ(json.code, 4);
  const nlohmann::json report = nlohmann::json::parse(json.out);
  EXPECT_EQ(report["ok"], false);
  EXPECT_THAT(report["error"].get<std::string>(), HasSubstr("nobody listens"));
}

TEST(Ping, TellsWrongUsage) {
  const Finished address = branchline({"ping", "nonsense"});
  EXPECT_EQ(address.code, 2);
  EXPECT_THAT(address.err, HasSubstr("'nonsense' has no port. Write HOST:PORT"));
  const Finished timeout = branchline({"ping", "127.0.0.1:1", "--timeout", "2"});
  EXPECT_EQ(timeout.code, 2);
  EXPECT_THAT(timeout.err, HasSubstr("--timeout: '2' has no unit"));
}

}  // namespace
}  // namespace branchline::testing
