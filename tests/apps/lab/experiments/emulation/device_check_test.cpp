#include "apps/lab/experiments/emulation/device_check.h"

#include <gmock/gmock.h>

#include "tests/branchy_models/temporary_folder.h"

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A run takes 3 ms, and a device that rests a twentieth more than is stated.
WorkProcess::Work made_up_work() {
  return [](double slowdown, int times) {
    return 0.003 * times * (slowdown > 1 ? 1.05 * slowdown : 1);
  };
}

class DeviceCheckTest : public ::testing::Test {
 protected:
  DeviceCheck check(const std::string& mounts) {
    return check_devices({{2, 10}, 3}, worker_, mounts, stop_, [](const std::string&) {});
  }

  WorkProcess worker_{made_up_work};
  const StopFlag stop_;
};

TEST_F(DeviceCheckTest, WithoutCgroupsTheStatedSlowDownIsMeasuredAllTheSame) {
  const DeviceCheck devices = check("");
  EXPECT_THAT(devices.unavailable, HasSubstr("no cgroup hierarchy with the cpu controller"));
  ASSERT_EQ(devices.cells.size(), 6U) << "two devices, one run, 50 ms and 550 ms of them";
  const DeviceCell& last = devices.cells.back();
  EXPECT_EQ(last.runs, 183);
  EXPECT_NEAR(last.work_ms, 549, 1e-9);
  EXPECT_NEAR(last.measured.value, 10.5, 1e-9);
  EXPECT_NEAR(last.over_stated(), 1.05, 1e-9);
}

TEST_F(DeviceCheckTest, ComparesBothPeriodsOfAQuota) {
  const branchy_models::TemporaryFolder folder;  // in which nobody is slowed
  const DeviceCheck devices = check("cgroup " + folder.path("") + " cgroup rw,cpu 0 0\n");
  EXPECT_THAT(devices.unavailable, IsEmpty());
  ASSERT_EQ(devices.cells.size(), 18U);
  EXPECT_FALSE(devices.cells[0].quota_period);
  EXPECT_EQ(devices.cells[1].quota_period, Duration(100ms));
  EXPECT_EQ(devices.cells[2].quota_period, Duration(10ms));
  EXPECT_NEAR(devices.cells[2].measured.value, 1, 1e-9);
}

TEST(DeviceCell, AQuotaIsADeviceFromTenPeriodsOn) {
  DeviceCell cell;
  cell.slowdown = 4;
  cell.work_ms = 249;
  EXPECT_TRUE(cell.honest()) << "rests have no period";
  cell.quota_period = 100ms;
  EXPECT_FALSE(cell.honest());
  cell.work_ms = 250;
  EXPECT_TRUE(cell.honest());
  cell.quota_period = 10ms;
  EXPECT_FALSE(cell.honest()) << "a share of 2.5 ms";
  cell.quota_period = 40ms;
  EXPECT_TRUE(cell.honest());
}

}  // namespace
}  // namespace branchline::lab
