#include "apps/health/systemd_notify.h"

#include <gtest/gtest.h>

#include "notify_socket.h"

namespace branchline::apps {
namespace {

using namespace std::chrono_literals;

TEST(SystemdNotify, TellsTheServiceManager) {
  const branchline::testing::NotifySocket manager;
  ASSERT_TRUE(manager.bound());
  EXPECT_TRUE(notify_systemd("READY=1\nSTATUS=serving"));
  EXPECT_EQ(manager.next(), "READY=1\nSTATUS=serving");
}

TEST(SystemdNotify, DoesNothingWithoutASoundSocket) {
  unsetenv("NOTIFY_SOCKET");
  EXPECT_FALSE(notify_systemd("READY=1"));
  const std::string long_name = "/" + std::string(200, 'x');
  for (const char* name : {"", "/", "relative", "/nowhere/at/all", long_name.c_str()}) {
    setenv("NOTIFY_SOCKET", name, 1);
    EXPECT_FALSE(notify_systemd("READY=1")) << name;
  }
  unsetenv("NOTIFY_SOCKET");
}

TEST(SystemdNotify, ReadsTheWatchdogsPeriod) {
  unsetenv("WATCHDOG_PID");
  for (const char* nonsense : {"", "x", "-5", "0", "5s"}) {
    setenv("WATCHDOG_USEC", nonsense, 1);
    EXPECT_EQ(systemd_watchdog(), std::nullopt) << nonsense;
  }
  setenv("WATCHDOG_USEC", "3000000", 1);
  EXPECT_EQ(systemd_watchdog(), 3s);
  setenv("WATCHDOG_PID", "1", 1);
  EXPECT_EQ(systemd_watchdog(), std::nullopt) << "meant for another process";
  setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
  EXPECT_EQ(systemd_watchdog(), 3s);
  unsetenv("WATCHDOG_PID");
  unsetenv("WATCHDOG_USEC");
}

}  // namespace
}  // namespace branchline::apps
