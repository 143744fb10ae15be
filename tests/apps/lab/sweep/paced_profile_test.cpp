#include "apps/lab/sweep/paced_profile.h"

#include <gtest/gtest.h>

#include <csignal>

#include "apps/lab/sweep/stop_point.h"
#include "tests/apps/lab/sweep/sample_network.h"

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;

class PacedProfile : public ::testing::Test {
 protected:
  profile::Profile profile(const WantedDevice& wanted) {
    const PacedDevice device{network_.model, network_.pictures.front(), cache_, stop_,
                             network_.paces};
    return measured_profile(device, wanted, profile::local_runs(network_.model, cache_));
  }

  Duration exit_time(const profile::TierProfile& tier, int exit) const {
    const std::vector<bool> needed = graph::units_of_exit(network_.model->layers(), exit);
    Duration sum{0};
    for (std::size_t unit = 0; unit < needed.size(); ++unit) {
      if (needed[unit]) sum += tier.unit_time[unit];
    }
    return sum;
  }

  const LabNetwork network_ = testing::sample_network();
  slice::SliceCache cache_{1 << 28};
  StopFlag stop_;
};

TEST_F(PacedProfile, StatesTheLengthThatTheDeepestExitIsToHave) {
  const profile::TierProfile device = profile({0, 300ms}).device;
  EXPECT_GT(device.slowdown, 1);
  EXPECT_NEAR(static_cast<double>(exit_time(device, 2).count()), 300e6, 1e3);
  EXPECT_LT(exit_time(device, 0), exit_time(device, 2));
}

TEST_F(PacedProfile, IsNeverFasterThanThisMachine) {
  const profile::TierProfile device = profile({0, 1ns}).device;
  EXPECT_EQ(device.slowdown, 1);
  EXPECT_GT(exit_time(device, 2), 1us);
}

/// Fifty times: a machine whose speed drifts does not do that between two measurements.
TEST_F(PacedProfile, TakesTheSlowdownThatIsStated) {
  const profile::Profile measured = profile({50, {}});
  EXPECT_EQ(measured.device.slowdown, 50);
  EXPECT_GT(exit_time(measured.device, 2), 5 * exit_time(measured.edge.front(), 2));
}

TEST_F(PacedProfile, IsGivenUpWhenItIsToStop) {
  std::raise(SIGINT);
  ASSERT_FALSE(stop_.wait_until(Clock::now() + 60s));
  EXPECT_THROW(profile({2, {}}), Stopped);
}

}  // namespace
}  // namespace branchline::lab
