#include "framework/runtime/edge_forecast.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>

namespace branchline::runtime {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

class Placeholder final : public EdgeWork {
 public:
  bool wanted() const override { return true; }
  bool run(const EdgeWorks&) override { return true; }
  void drop(transport::Refusal, const std::string&) override {}
};

class EdgeForecastTest : public ::testing::Test {
 protected:
  /// In the order of their deadlines, which is the caller's.
  EdgeWork& add(Duration budget, Duration takes) {
    works_.emplace_back();
    works_.back().deadline = kNow + budget;
    works_.back().predicted = takes;
    order_.push_back(&works_.back());
    return works_.back();
  }
  EdgeWork& add(Duration budget, const std::shared_ptr<ServiceTimes>& times) {
    EdgeWork& work = add(budget, 0ms);
    work.times = times;
    return work;
  }
  static std::shared_ptr<ServiceTimes> plan(Duration alone, double two, double four = 0) {
    auto times = std::make_shared<ServiceTimes>(true);
    times->set_alone(alone);
    times->note_company();
    EXPECT_TRUE(times->claim_trial());
    times->set_trial({1, two, four, 0});
    return times;
  }
  std::vector<std::size_t> first_run() {
    return EdgeForecast(order_, {kNow}, limits_).take(0, kNow);
  }

  static constexpr TimePoint kNow{1h};
  BatchLimits limits_{8, 100ms};
  std::list<Placeholder> works_;
  std::vector<const EdgeWork*> order_;
};

TEST_F(EdgeForecastTest, WorkersTakeTurnsAsTheyBecomeFree) {
  for (int i = 0; i < 3; ++i) add(100ms, 10ms);
  EdgeForecast forecast(order_, {kNow + 5ms, kNow}, limits_);
  const auto turns = forecast.run_out();
  EXPECT_EQ(turns[0].begin, kNow);
  EXPECT_EQ(turns[1].begin, kNow + 5ms);
  EXPECT_EQ(turns[2].end, kNow + 20ms);
  EXPECT_EQ(forecast.next_free(), kNow + 15ms);
}

TEST_F(EdgeForecastTest, ForetellsNothingOfBackgroundWorkBehindTheRequests) {
  add(100ms, 10ms);
  add(200ms, 50ms).background = true;
  EdgeForecast forecast(order_, {kNow}, limits_);
  forecast.run_out();
  EXPECT_EQ(forecast.next_free(), kNow + 10ms);
}

TEST_F(EdgeForecastTest, BackgroundWorkWhoseTurnHasComeGoesFirst) {
  add(15ms, 5ms).background = true;
  for (int i = 0; i < 3; ++i) add(100ms, 10ms);
  const auto turns = EdgeForecast(order_, {kNow}, limits_).run_out();
  EXPECT_EQ(turns[2].end, kNow + 20ms);
  EXPECT_EQ(turns[3].begin, kNow + 25ms);
}

TEST_F(EdgeForecastTest, TakesTheLargestRunThatPays) {
  const auto times = plan(10ms, 1.5, 2);
  for (int i = 0; i < 7; ++i) add(1000ms, times);
  EXPECT_THAT(first_run(), ElementsAre(0, 1, 2, 3));
}

TEST_F(EdgeForecastTest, TakesFewerWhereTheFirstWouldMissItsDeadline) {
  const auto times = plan(10ms, 1.5, 2);
  add(19ms, times);
  for (int i = 0; i < 7; ++i) add(1000ms, times);
  EXPECT_THAT(first_run(), ElementsAre(0, 1));
}

TEST_F(EdgeForecastTest, NoRunIsLongerThanTheLimit) {
  const auto times = plan(10ms, 1.5, 2);
  for (int i = 0; i < 7; ++i) add(1000ms, times);
  limits_.longest = 19ms;
  EXPECT_THAT(first_run(), ElementsAre(0, 1));
  limits_.longest = 100ms;
  limits_.max_size = 1;
  EXPECT_THAT(first_run(), ElementsAre(0));
}

TEST_F(EdgeForecastTest, TakesNoneAlongOfOtherPlans) {
  add(1000ms, plan(10ms, 1.5));
  add(1000ms, plan(10ms, 1.5));
  EXPECT_THAT(first_run(), ElementsAre(0));
}

TEST_F(EdgeForecastTest, WhoIsOvertakenStillEndsInTime) {
  const auto times = plan(10ms, 1.5);
  add(50ms, times);
  EdgeWork& between = add(60ms, 20ms);
  add(70ms, times);
  EXPECT_THAT(first_run(), ElementsAre(0, 2));
  between.deadline = kNow + 34ms;
  EXPECT_THAT(first_run(), ElementsAre(0)) << "it would end at 35 ms";
  between.deadline = kNow + 19ms;
  EXPECT_THAT(first_run(), ElementsAre(0, 2)) << "it cannot end in time anyway";
}

TEST_F(EdgeForecastTest, ARunOfSeveralLeavesTheMarginToAllDeadlines) {
  const auto times = plan(10ms, 1.5);
  limits_.margin = 5ms;
  EdgeWork& head = add(20ms, times);
  EdgeWork& between = add(60ms, 20ms);
  add(70ms, times);
  EXPECT_THAT(first_run(), ElementsAre(0, 2));
  head.deadline = kNow + 19ms;
  EXPECT_THAT(first_run(), ElementsAre(0)) << "together they end at 15 ms";
  head.deadline = kNow + 20ms;
  between.deadline = kNow + 39ms;
  EXPECT_THAT(first_run(), ElementsAre(0)) << "it would end at 35 ms";
}

TEST_F(EdgeForecastTest, AnotherWorkerMayTakeWhoIsOvertaken) {
  const auto times = plan(10ms, 1.5);
  add(50ms, times);
  add(34ms, 20ms);
  add(70ms, times);
  EdgeForecast forecast(order_, {kNow, kNow + 10ms}, limits_);
  EXPECT_THAT(forecast.take(0, kNow), ElementsAre(0, 2));
}

}  // namespace
}  // namespace branchline::runtime
