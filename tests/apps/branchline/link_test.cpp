#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "apps/branchline/verbs/link_commands.h"
#include "apps/branchline/verbs/link_flags.h"
#include "apps/branchline/verbs/link_status.h"
#include "framework/base/error.h"
#include "tests/support/verb_runner.h"

namespace branchline::apps {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using transport::LinkStatus;

/// What `link FLAGS` asks for.
transport::LinkProfile profile_from(const std::string& flags_text) {
  CLI::App app;
  LinkFlags flags;
  add_link_flags(app, flags);
  app.parse("--to 127.0.0.1:1 " + flags_text);
  return link_profile_of(flags);
}

std::string refusal_of(const std::string& flags_text) {
  try {
    profile_from(flags_text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

std::string written(const std::string& name, const std::string& content) {
  const std::string file = ::testing::TempDir() + name;
  std::ofstream(file) << content;
  return file;
}

TEST(LinkFlags, RatesDelayJitterAndStallsMakeTheProfile) {
  const auto profile = profile_from(
      "--uplink 2mbit --downlink 8mbit --delay 10ms --jitter 3ms --stalls 300ms/10s --seed 7");
  EXPECT_EQ(profile.uplink, transport::steady_rate(250e3));
  EXPECT_EQ(profile.downlink, transport::steady_rate(1e6));
  EXPECT_EQ(profile.delay, 10ms);
  EXPECT_EQ(profile.jitter, 3ms);
  EXPECT_EQ(profile.stall_length, 300ms);
  EXPECT_EQ(profile.stall_every, 10s);
  EXPECT_EQ(profile.seed, 7u);
}

TEST(LinkFlags, TheDownlinkIsAsTheUplinkUnlessSaid) {
  EXPECT_EQ(profile_from("--uplink 2mbit").downlink, transport::steady_rate(250e3));
  const std::string trace = written("up.mahi", "1\n3\n");
  const auto mixed = profile_from("--uplink-trace " + trace + " --downlink 8mbit");
  EXPECT_EQ(mixed.uplink.period, 3ms);
  EXPECT_EQ(mixed.downlink, transport::steady_rate(1e6));
  EXPECT_EQ(profile_from("--uplink-trace " + trace).downlink, mixed.uplink);
}

TEST(LinkFlags, TwoMahimahiTracesKeepTheirOwnPeriods) {
  const auto profile = profile_from("--uplink-trace " + written("up.mahi", "1\n3\n") +
                                    " --downlink-trace " + written("down.mahi", "2\n2\n8\n"));
  EXPECT_EQ(profile.uplink.period, 3ms);
  EXPECT_EQ(profile.downlink.period, 8ms);
}

TEST(LinkFlags, SaysWhatIsWrongAndWhatToWrite) {
  const std::string csv = written("trace.csv", "0,1,2\n1,2,x\n");
  EXPECT_THAT(refusal_of(""), HasSubstr("--uplink: no rate is given"));
  EXPECT_THAT(refusal_of("--downlink 2mbit"), HasSubstr("--uplink: no rate is given"));
  EXPECT_THAT(refusal_of("--trace " + csv), HasSubstr("trace.csv:2: "));
  EXPECT_THAT(refusal_of("--uplink-trace " + csv), HasSubstr("trace.csv:1: "));
  EXPECT_THAT(refusal_of("--trace " + csv + " --uplink 2mbit"), HasSubstr("its own rates"));
  EXPECT_THAT(refusal_of("--uplink-trace " + csv + " --uplink 2mbit"), HasSubstr("its own rate"));
  EXPECT_THAT(refusal_of("--uplink 2mbit --stalls 1s"), HasSubstr("300ms/10s"));
  EXPECT_THAT(refusal_of("--uplink 2mbit --stalls 1s/500ms"), HasSubstr("more than LENGTH"));
  EXPECT_THROW(parse_blackholes({"30s"}), InputError);
  EXPECT_EQ(parse_blackholes({"30s+10s"}).at(0).end, 40s);
}

TEST(LinkStatusLine, IsForPeopleOrForPrograms) {
  LinkStatus status;
  status.uplink_bytes_per_s = 250e3;
  status.downlink_bytes_per_s = 1e6;
  status.delay = 10ms;
  status.jitter = 5ms;
  status.uplink_bytes = 1200;
  status.connections = 1;
  EXPECT_EQ(link_status_text(status, 12500ms),
            "12 s  open  up 2 Mbit/s, 1.2 kB passed  down 8 Mbit/s, 0 B passed  delay 10 ms to 15 "
            "ms  1 connection");
  const auto json = nlohmann::json::parse(link_status_json(status, 12500ms));
  EXPECT_EQ(json, nlohmann::json::parse(R"({"schema":"branchline.link/1","t_ns":12500000000,
    "state":"open","uplink_bps":2e6,"downlink_bps":8e6,"delay_ns":10000000,"jitter_ns":5000000,
    "uplink_bytes":1200,"downlink_bytes":0,"connections":1})"));
  status.stalled = true;
  EXPECT_STREQ(link_state(status), "stalled");
  status.cut = true;
  EXPECT_STREQ(link_state(status), "cut");
}

class LinkCommandsTest : public ::testing::Test {
 protected:
  LinkStatus after(const std::string& line) {
    obey_link_command(line, link_);
    return link_.status();
  }
  std::string refused(const std::string& line) {
    try {
      obey_link_command(line, link_);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }

  transport::IoThread io_;
  transport::LinkEmulator link_{
      io_, {"127.0.0.1", 0}, {"127.0.0.1", 1}, transport::steady_link(1e6, 2e6, 5ms)};
};

TEST_F(LinkCommandsTest, ChangeRatesAndDelay) {
  EXPECT_DOUBLE_EQ(after("rate up 2mbit").uplink_bytes_per_s, 250e3);
  EXPECT_DOUBLE_EQ(link_.status().downlink_bytes_per_s, 2e6);
  EXPECT_DOUBLE_EQ(after("  rate  down 10MB/s\r").downlink_bytes_per_s, 10e6);
  EXPECT_DOUBLE_EQ(after("rate 8mbit").uplink_bytes_per_s, 1e6);
  EXPECT_DOUBLE_EQ(link_.status().downlink_bytes_per_s, 1e6);
  EXPECT_EQ(after("rate up 0").uplink_bytes_per_s, 0);
  EXPECT_EQ(after("jitter 2ms").jitter, 2ms);
  EXPECT_EQ(after("delay 30ms").delay, 30ms);
  EXPECT_EQ(link_.status().jitter, 2ms);
}

TEST_F(LinkCommandsTest, CutRestoreStallAndReset) {
  EXPECT_TRUE(after("cut").cut);
  EXPECT_FALSE(after("restore").cut);
  EXPECT_TRUE(after("stall 60s").stalled);
  EXPECT_FALSE(after("restore").stalled);
  EXPECT_EQ(after("reset").connections, 0u);
  EXPECT_FALSE(after("status").cut);
}

TEST_F(LinkCommandsTest, AWrongOneSaysWhatToWriteAndChangesNothing) {
  EXPECT_THAT(refused("fly"), HasSubstr("'fly' is no command. Commands: rate [up|down] 2mbit, "));
  EXPECT_THAT(refused("rate"), HasSubstr("Write rate [up|down] 2mbit"));
  EXPECT_THAT(refused("rate up"), HasSubstr("'up'"));
  EXPECT_THAT(refused("rate sideways 2mbit"), HasSubstr("Write up or down"));
  EXPECT_THAT(refused("rate up 2"), HasSubstr("'2' has no unit"));
  EXPECT_THAT(refused("cut now"), HasSubstr("Write cut"));
  EXPECT_THAT(refused("stall long"), HasSubstr("stall: 'long'"));
  EXPECT_DOUBLE_EQ(link_.status().uplink_bytes_per_s, 1e6);
  EXPECT_FALSE(link_.status().cut);
}

TEST(LinkVerb, PrintsJsonStatusLinesOnly) {
  const std::string output = branchline::testing::verb_output(
      add_link, "link --listen 127.0.0.1:0 --to 127.0.0.1:1 --uplink 2mbit --json --for 1100ms");
  const auto json = nlohmann::json::parse(output.substr(0, output.find('\n')));
  EXPECT_EQ(json["schema"], "branchline.link/1");
  EXPECT_EQ(json["state"], "open");
}

TEST(LinkVerb, ABlackholeBeginsAndEnds) {
  const std::string output = branchline::testing::verb_output(
      add_link,
      "link --listen 127.0.0.1:0 --to 127.0.0.1:1 --uplink 2mbit --json --for 3500ms --blackhole "
      "500ms+1s");
  EXPECT_THAT(output, HasSubstr("\"state\":\"cut\""));
  EXPECT_THAT(output.substr(output.rfind("{\"schema\"")), HasSubstr("\"state\":\"open\""));
}

}  // namespace
}  // namespace branchline::apps
