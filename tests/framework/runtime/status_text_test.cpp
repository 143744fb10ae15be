#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "branchline/status.h"
#include "framework/runtime/score.h"
#include "tests/support/documented_metrics.h"

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
  result.plan.predicted = milliseconds(80);
  result.timing.bytes_up = 1000;
  result.outputs.push_back({});
  return result;
}

TEST(StatusText, CountsEveryResultOnce) {
  runtime::Score score;
  score.add(answered(3, Place::edge, milliseconds(50)));
  Result insured = answered(1, Place::device, milliseconds(150));
  insured.outcome = Outcome::late;
  insured.why = Why::edge_timeout;
  insured.abandoned.emplace();
  score.add(insured);
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
  std::uint64_t results = 0;
  for (const auto& [kind, count] : status.results) results += count;
  EXPECT_EQ(results, status.done + status.dropped + status.failed);

  const std::string text = prometheus_text(status);
  for (const char* line :
       {"branchline_requests_total{outcome=\"ok\",why=\"planned\"} 2\n",
        "branchline_requests_total{outcome=\"late\",why=\"edge_timeout\"} 1\n",
        "branchline_requests_total{outcome=\"dropped\",why=\"queue_full\"} 1\n",
        "branchline_requests_total{outcome=\"error\",why=\"planned\"} 1\n",
        "branchline_plan_total{place=\"edge\",exit=\"3\"} 2\n",
        "branchline_plan_total{place=\"device\",exit=\"1\"} 1\n",
        "branchline_fallback_total{why=\"edge_timeout\"} 1\n",
        "branchline_sent_again_total{why=\"failover\"} 1\n",
        "branchline_wire_bytes_total{direction=\"up\"} 3000\n",
        "branchline_request_seconds_count 3\n", "branchline_request_seconds_sum 0.29"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(StatusText, ComparesLatenciesWithDeadlinesAndPredictions) {
  runtime::Score score;
  score.add(answered(3, Place::edge, milliseconds(50)));   // of 100; 80 were predicted
  score.add(answered(3, Place::edge, milliseconds(100)));  // a bucket holds its bound
  score.add(answered(3, Place::edge, milliseconds(210)));
  Result insured = answered(1, Place::device, milliseconds(99));
  insured.abandoned.emplace();
  score.add(insured);
  Result free = answered(3, Place::device, milliseconds(40));
  free.deadline = Duration(0);
  score.add(free);
  const std::string text = prometheus_text(score.read());
  for (const char* line :
       {"branchline_deadline_ratio_bucket{le=\"0.5\"} 1\n",
        "branchline_deadline_ratio_bucket{le=\"1\"} 3\n",
        "branchline_deadline_ratio_bucket{le=\"2\"} 3\n", "branchline_deadline_ratio_count 4\n",
        "branchline_prediction_error_ratio_bucket{le=\"0.5\"} 1\n",
        "branchline_prediction_error_ratio_bucket{le=\"1.25\"} 3\n",
        "branchline_prediction_error_ratio_count 4\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(StatusText, TheDocumentListsEveryMetricAndNoOther) {
  EXPECT_EQ(branchline::testing::documented_metrics("docs/engine.md"),
            branchline::testing::metric_types(prometheus_text({})));
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
        "branchline_link_uplink_bytes_per_second 1000000\n",
        "branchline_link_downlink_bytes_per_second 2000000\n",
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
