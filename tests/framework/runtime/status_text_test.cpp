#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "branchline/status.h"
#include "framework/runtime/score.h"

namespace branchline {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

Result answered(int exit, Place place, Duration latency) {
  Result result;
  result.outcome = Outcome::ok;
  result.plan.exit = exit;
  result.plan.exits = 3;
  result.plan.place = place;
  result.latency = latency;
  result.deadline = milliseconds(100);
  result.timing.bytes_up = 1000;
  result.outputs.push_back({});
  return result;
}

TEST(StatusText, CountsEveryResultOnce) {
  runtime::Score score;
  score.add(answered(3, Place::edge, milliseconds(50)));
  score.add(answered(1, Place::device, milliseconds(150)));
  Result again = answered(3, Place::edge, milliseconds(90));
  again.sent_again = SentAgain::failover;
  score.add(again);
  Result dropped;
  dropped.outcome = Outcome::dropped;
  dropped.why = Why::queue_full;
  score.add(dropped);
  score.add({});  // an error

  const Status status = score.read();
  EXPECT_EQ(status.done, 3u);
  EXPECT_EQ(status.in_time + status.late, status.done);
  EXPECT_EQ(status.by_exit, (std::vector<std::uint64_t>{1, 0, 2}));
  EXPECT_EQ(status.by_place, (std::array<std::uint64_t, 3>{1, 0, 2}));
  std::uint64_t results = 0;
  for (const auto& [why, count] : status.by_why) results += count;
  EXPECT_EQ(results, status.done + status.dropped + status.failed);

  const std::string text = prometheus_text(status);
  for (const char* line :
       {"branchline_answers_total{kept=\"yes\"} 2\n", "branchline_answers_total{kept=\"no\"} 1\n",
        "branchline_answers_by_exit_total{exit=\"2\"} 0\n",
        "branchline_answers_by_place_total{place=\"edge\"} 2\n",
        "branchline_results_total{why=\"queue_full\"} 1\n",
        "branchline_unanswered_total{outcome=\"dropped\"} 1\n",
        "branchline_unanswered_total{outcome=\"failed\"} 1\n",
        "branchline_sent_again_total{why=\"failover\"} 1\n",
        "branchline_wire_bytes_total{direction=\"up\"} 3000\n",
        "branchline_latency_seconds{quantile=\"0.5\"} 0.09\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(StatusText, TellsOfLinkAndPlanInSecondsAndBytes) {
  Status status;
  status.link = {true, 8e6, 16e6, milliseconds(20), {}, "edge.local:7400"};
  status.plan.exit = 2;
  status.plan.place = Place::split;
  status.reserve = milliseconds(1);
  const std::string text = prometheus_text(status);
  for (const char* line :
       {"branchline_link_up{edge=\"edge.local:7400\"} 1\n",
        "branchline_link_bytes_per_second{direction=\"up\"} 1000000\n",
        "branchline_link_bytes_per_second{direction=\"down\"} 2000000\n",
        "branchline_link_round_trip_seconds 0.02\n", "branchline_plan_exit{place=\"split\"} 2\n",
        "branchline_reserve_seconds 0.001\n", "branchline_ready 0\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(StatusText, NamesEachMetricOnceWithHelpAndType) {
  const std::string text = prometheus_text({});
  std::size_t help = 0, type = 0;
  for (std::size_t at = 0; (at = text.find("# HELP branchline_", at)) != std::string::npos; ++at) {
    ++help;
  }
  for (std::size_t at = 0; (at = text.find("# TYPE branchline_", at)) != std::string::npos; ++at) {
    ++type;
  }
  EXPECT_EQ(help, type);
  EXPECT_EQ(help, 15u);
}

}  // namespace
}  // namespace branchline
