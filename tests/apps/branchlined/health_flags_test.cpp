#include "apps/branchlined/health_flags.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "framework/base/error.h"

namespace branchline::apps {
namespace {

using namespace std::chrono_literals;

HealthFlags parsed(const std::string& line) {
  CLI::App app;
  HealthFlags flags;
  add_health_flags(app, flags);
  app.parse(line);
  require_sound(flags);
  return flags;
}

TEST(HealthFlags, AreOffUnlessAsked) {
  const HealthFlags flags = parsed("");
  EXPECT_EQ(flags.http, "");
  EXPECT_EQ(flags.agent_port, std::nullopt);
  EXPECT_EQ(flags.drain_pause, std::chrono::nanoseconds(2s));
}

TEST(HealthFlags, ReadAddressPortAndUnits) {
  const HealthFlags flags = parsed("--http [::1]:7401 --agent-port 7402 --drain-pause 500ms");
  EXPECT_EQ(flags.http, "[::1]:7401");
  EXPECT_EQ(flags.agent_port, 7402);
  EXPECT_EQ(flags.drain_pause, std::chrono::nanoseconds(500ms));
}

TEST(HealthFlags, RefuseWhatMakesNoSense) {
  for (const char* line :
       {"--agent-port 7402", "--http :7401", "--http 127.0.0.1", "--http h:1 --agent-port 70000",
        "--http h:1 --agent-port -1", "--drain-pause 2"}) {
    EXPECT_ANY_THROW(parsed(line)) << line;
  }
}

}  // namespace
}  // namespace branchline::apps
