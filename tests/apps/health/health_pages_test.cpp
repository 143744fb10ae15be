#include "apps/health/health_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>

#include "apps/health/prometheus_text.h"
#include "sample_report.h"
#include "tests/support/documented_metrics.h"
#include "tests/support/fake_clock.h"

namespace branchline::apps {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class HealthPagesTest : public ::testing::Test {
 protected:
  void serve() { health_.begin_serving({"net (digest)"}, branchline::testing::sample_metrics); }
  void get_stuck() {
    EdgeStatus status;
    status.overdue = 40s;
    health_.publish(status);
  }
  unsigned status_of(const std::string& path) { return health_page(path, health_).status; }
  std::string body_of(const std::string& path) { return health_page(path, health_).body; }

  branchline::testing::FakeClock clock_;
  EdgeHealth health_{branchline::testing::sample_facts(), clock_};
};

TEST_F(HealthPagesTest, LiveAndReadyFollowThePhase) {
  for (const char* live : {"/healthz", "/v2/health/live"}) EXPECT_EQ(status_of(live), 200u);
  for (const char* ready : {"/readyz", "/v2/health/ready"}) EXPECT_EQ(status_of(ready), 503u);
  EXPECT_EQ(body_of("/readyz"), "starting\n");
  serve();
  for (const char* ready : {"/readyz", "/v2/health/ready"}) EXPECT_EQ(status_of(ready), 200u);
  health_.begin_drain();
  for (const char* ready : {"/readyz", "/v2/health/ready"}) EXPECT_EQ(status_of(ready), 503u);
  EXPECT_EQ(body_of("/readyz"), "draining\n");
  EXPECT_EQ(status_of("/healthz"), 200u) << "or HAProxy would cut the sessions that drain";
}

TEST_F(HealthPagesTest, SaysWhyItIsStuck) {
  serve();
  get_stuck();
  EXPECT_EQ(status_of("/healthz"), 503u);
  EXPECT_EQ(status_of("/readyz"), 503u);
  EXPECT_EQ(body_of("/healthz"), "stuck: a request still computes 40 s past its deadline\n");
}

TEST_F(HealthPagesTest, KnowsNoOtherPages) {
  for (const char* path : {"", "/nothing", "/healthz/", "//", "/../etc/passwd", "*"}) {
    EXPECT_EQ(status_of(path), 404u) << path;
  }
}

TEST_F(HealthPagesTest, TheStatusPageLoadsNothingFromElsewhere) {
  const std::string page = body_of("/");
  EXPECT_THAT(page, HasSubstr("fetch('/status.json'"));
  EXPECT_THAT(page, HasSubstr("prefers-color-scheme:dark"));
  for (const char* elsewhere : {"https:", "src=", "@import", "url("}) {
    EXPECT_THAT(page, Not(HasSubstr(elsewhere)));
  }
}

TEST_F(HealthPagesTest, TellsTheAgentAWeightThatFallsWithTheLoad) {
  EXPECT_EQ(agent_line(health_.report()), "down\n") << "nobody serves yet";
  EdgeMetrics metrics;
  health_.begin_serving({}, [&] { return metrics; });
  for (const auto& [in_flight, line] :
       std::map<std::uint64_t, std::string>{{0, "up ready 100%\n"},
                                            {2, "up ready 100%\n"},
                                            {8, "up ready 25%\n"},
                                            {1000, "up ready 5%\n"}}) {
    metrics.in_flight = in_flight;
    EXPECT_EQ(agent_line(health_.report()), line);
  }
  health_.begin_drain();
  EXPECT_EQ(agent_line(health_.report()), "drain\n");
  get_stuck();
  EXPECT_EQ(agent_line(health_.report()), "down\n");
}

TEST_F(HealthPagesTest, GivesPrometheusHistogramsInSecondsThatAddUp) {
  serve();
  const std::string text = body_of("/metrics");
  for (const char* line :
       {"# TYPE branchlined_queue_seconds histogram",
        "branchlined_queue_seconds_bucket{le=\"0.001\"} 2\n",
        "branchlined_queue_seconds_bucket{le=\"0.01\"} 3\n",
        "branchlined_queue_seconds_bucket{le=\"+Inf\"} 3\n", "branchlined_queue_seconds_count 3\n",
        "branchlined_queue_seconds_sum 0.005",
        "branchlined_compute_seconds_bucket{exit=\"1\",le=\"0.01\"} 1\n",
        "branchlined_compute_seconds_bucket{exit=\"1\",le=\"+Inf\"} 2\n",
        "branchlined_compute_seconds_count{exit=\"2\"} 1\n",
        "branchlined_batch_size_bucket{le=\"2\"} 2\n", "branchlined_batch_size_sum 3\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST_F(HealthPagesTest, GivesPrometheusCountersAndGauges) {
  serve();
  const std::string text = body_of("/metrics");
  for (const char* line :
       {"branchlined_expired_total{stage=\"queue\"} 2\n",
        "branchlined_expired_total{stage=\"arrival\"} 0\n",
        "branchlined_refused_total{why=\"overloaded\"} 3\n", "branchlined_cancelled_total 4\n",
        "branchlined_overloaded_total{why=\"fair_share\"} 1\n",
        "branchlined_wire_bytes_total{direction=\"in\"} 1000\n", "branchlined_connections 5\n",
        "branchlined_inflight 2\n", "branchlined_workers 2\n", "branchlined_ready 1\n",
        "branchlined_draining 0\n",
        "branchlined_build_info{version=\"0.1.0\",commit=\"abc\",libtorch=\"1.13.1\"} 1\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  health_.begin_drain();
  EXPECT_THAT(body_of("/metrics"), HasSubstr("branchlined_draining 1\n"));
  EXPECT_THAT(body_of("/metrics"), HasSubstr("branchlined_ready 0\n"));
}

TEST_F(HealthPagesTest, GivesPrometheusTheQueueAsLastPublished) {
  serve();
  EdgeStatus status;
  status.waiting = 7;
  status.queue = 250ms;
  health_.publish(status);
  const std::string text = body_of("/metrics");
  EXPECT_THAT(text, HasSubstr("branchlined_waiting 7\n"));
  EXPECT_THAT(text, HasSubstr("branchlined_queue_estimate_seconds 0.25\n"));
}

TEST_F(HealthPagesTest, TheDocumentListsEveryMetricAndNoOther) {
  serve();
  EXPECT_EQ(branchline::testing::documented_metrics("docs/operations.md"),
            branchline::testing::metric_types(body_of("/metrics")));
}

TEST_F(HealthPagesTest, ShippedRulesNameMetricsThatThereAre) {
  serve();
  const auto metrics = branchline::testing::metric_types(body_of("/metrics"));
  std::ifstream file(std::string(BRANCHLINE_SOURCE_DIR) + "/deploy/branchlined_alerts.yml");
  const std::string rules((std::istreambuf_iterator<char>(file)), {});
  const std::regex name("branchlined_[a-z_]+?(?=(_count|_sum|_bucket)?[^a-z_])");
  int named = 0;
  for (std::sregex_iterator it(rules.begin(), rules.end(), name), end; it != end; ++it, ++named) {
    EXPECT_TRUE(metrics.count(it->str())) << it->str();
  }
  EXPECT_GT(named, 3);
}

TEST_F(HealthPagesTest, GivesTheStatusAsJson) {
  health_.begin_serving({"na\xffme \"<b>\""}, branchline::testing::sample_metrics);
  EdgeStatus status;
  status.queue = 250ms;
  health_.publish(status);
  const auto document = nlohmann::json::parse(body_of("/status.json"));
  EXPECT_EQ(document["version"], 1);
  EXPECT_EQ(document["phase"], "ready");
  EXPECT_EQ(document["queue_estimate_seconds"], 0.25);
  EXPECT_EQ(document["refused"]["overloaded"], 3);
  EXPECT_EQ(document["compute_seconds"].size(), 2u);
  EXPECT_EQ(document["batches"]["2"], 1);
  EXPECT_EQ(document["overloaded"]["too_late"], 2);
  EXPECT_EQ(document["compute_seconds"][0]["counts"], (std::vector<int>{1, 0, 1}));
  EXPECT_EQ(document["networks"][0], "na\uFFFDme \"<b>\"") << "whatever a model file is called";
}

}  // namespace
}  // namespace branchline::apps
