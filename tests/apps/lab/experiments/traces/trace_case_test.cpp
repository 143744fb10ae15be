#include "apps/lab/experiments/traces/trace_case.h"

#include <gtest/gtest.h>

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;

TraceCase two_rates() {
  TraceCase trace;
  trace.link.uplink.steps = {{0s, 1000}, {2s, 0}, {3s, 4000}};
  trace.link.downlink.steps = {{0s, 100}};
  trace.length = 4s;
  return trace;
}

TEST(TraceCase, WarmsUpAtTheMeanAndThenReplays) {
  const transport::LinkProfile link = with_warm_up(two_rates(), 5s);
  const transport::RateSchedule uplink(link.uplink, TimePoint{});
  EXPECT_DOUBLE_EQ(uplink.rate_at(TimePoint{} + 4s), 1500);
  EXPECT_DOUBLE_EQ(uplink.rate_at(TimePoint{} + 6s), 1000);
  EXPECT_DOUBLE_EQ(uplink.rate_at(TimePoint{} + 7500ms), 0);
  EXPECT_DOUBLE_EQ(uplink.rate_at(TimePoint{} + 8500ms), 4000);
}

TEST(TraceCase, KeepsOnlyTheSecondsThatPassedSomething) {
  EXPECT_EQ(uplink_history(two_rates()), (std::vector<double>{1000, 1000, 4000}));
}

TEST(TraceCase, StepsCoverTheirWholeLength) {
  for (const TraceCase& trace : step_cases(10ms)) {
    EXPECT_EQ(trace.length, 60s) << trace.name;
    EXPECT_LT(trace.link.uplink.steps.back().at, trace.length) << trace.name;
    transport::check_profile(trace.link);
  }
}

}  // namespace
}  // namespace branchline::lab
