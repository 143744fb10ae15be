#include "apps/lab/experiments/bandwidth_experiment.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "framework/base/error.h"
#include "tests/support/common_graphs.h"
#include "tests/support/plan_requests.h"

namespace branchline::lab {
namespace {

/// Exits at 1.1, 4.1 and 6.1 µs at home; with a fast link exit 3 is in time by the edge.
planner::PlanRequest branchy_request(const graph::LayerGraph& graph) {
  planner::PlanRequest request = testing::request_for(graph);
  request.deadline = planner::Nanoseconds(2000);
  return request;
}

const BandwidthRow& row_named(const std::vector<BandwidthRow>& rows, const std::string& method) {
  for (const BandwidthRow& row : rows) {
    if (row.method == method) return row;
  }
  throw std::runtime_error("no row " + method);
}

TEST(BandwidthExperiment, OnASteadyLinkAllMethodsByDepthAgree) {
  const graph::LayerGraph graph = testing::branchy_chain();
  const auto rows =
      run_bandwidth_experiment(branchy_request(graph), std::vector<double>(50, 1e9), 3);
  const BandwidthRow& best = row_named(rows, "envelopes, clairvoyant");
  EXPECT_EQ(best.requests, 49);
  EXPECT_EQ(best.in_time, 49);
  EXPECT_DOUBLE_EQ(best.expected_accuracy, 0.8);
  for (const BandwidthRow& row : rows) {
    if (row.method == "edgent map, reward, bayes") continue;
    EXPECT_EQ(row.in_time, 49) << row.method;
    EXPECT_EQ(row.plan_changes, 0) << row.method;
    EXPECT_DOUBLE_EQ(row.expected_accuracy, 0.8) << row.method;
  }
}

TEST(BandwidthExperiment, NobodyBeatsTheClairvoyantAndAFixedPlanMissesTheDips) {
  const graph::LayerGraph graph = testing::branchy_chain();
  std::vector<double> trace;
  for (int at = 0; at < 200; ++at) trace.push_back(at / 20 % 2 == 0 ? 2e9 : 1e8);
  trace[57] = 0;
  const auto rows = run_bandwidth_experiment(branchy_request(graph), trace, 4);
  const BandwidthRow& best = row_named(rows, "envelopes, clairvoyant");
  EXPECT_EQ(best.in_time, 199) << "exit 1 is in time at home even when the link is dead";
  EXPECT_EQ(best.plan_changes, 9 + 2) << "nine steps, and the dead sample both ways";
  for (const BandwidthRow& row : rows) {
    EXPECT_LE(row.expected_accuracy, best.expected_accuracy) << row.method;
  }
  EXPECT_LT(row_named(rows, "fixed plan for the mean").expected_accuracy,
            row_named(rows, "envelopes, bayes").expected_accuracy);
}

TEST(BandwidthExperiment, NeedsATrace) {
  const graph::LayerGraph graph = testing::branchy_chain();
  EXPECT_THROW(run_bandwidth_experiment(branchy_request(graph), {0, 0, 1e6}, 3), InputError);
}

TEST(BandwidthExperiment, PrintsATableAndJson) {
  const std::vector<BandwidthRow> rows = {{"m", 4, 3, 0.5, 2, planner::Nanoseconds(120)}};
  EXPECT_THAT(bandwidth_table(rows),
              ::testing::HasSubstr("75.0 %    50.0 %    2             120 ns"));
  EXPECT_EQ(nlohmann::json::parse(bandwidth_json(rows))["rows"][0]["in_time"], 3);
}

}  // namespace
}  // namespace branchline::lab
