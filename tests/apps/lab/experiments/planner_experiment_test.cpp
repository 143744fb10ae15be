#include "apps/lab/experiments/planner_experiment.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "apps/lab/experiments/planner_tables.h"
#include "apps/lab/experiments/synthetic_graphs.h"
#include "framework/base/error.h"
#include "framework/graph/validate_graph.h"

namespace branchline::lab {
namespace {

using ::testing::HasSubstr;

PlannerExperiment small_experiment() {
  PlannerExperiment experiment;
  experiment.graphs = {residual_network(13), entangled_network(12)};
  experiment.uplinks_bytes_per_s = {1e5, 1e7};
  experiment.device_ratios = {5, 50};
  return experiment;
}

TEST(Roofline, TakesTheLowerOfTwoCeilings) {
  graph::LayerGraph graph = residual_network(3);
  graph.units[1].features.macs = 1000000;
  graph.units[1].features.output_bytes = 1000;
  graph.units[2].features.macs = 1000;
  graph.units[2].features.output_bytes = 3000000;
  const MachineSpeed edge{1e9, 1e9};
  graph = with_roofline_times(graph, {edge.times(0.5), edge});
  EXPECT_EQ(graph.units[0].time[0], graph::Nanoseconds(0));
  EXPECT_EQ(graph.units[1].time[1], graph::Nanoseconds(1000000));
  EXPECT_EQ(graph.units[2].time[1], graph::Nanoseconds(3000000));
  EXPECT_EQ(graph.units[2].time[0], graph::Nanoseconds(6000000));
  EXPECT_NO_THROW(graph::validate_graph(graph, "roofline"));
}

TEST(SyntheticGraphs, HaveManyCutVerticesOrNextToNone) {
  const graph::LayerGraph residual = residual_network(1001);
  const graph::LayerGraph entangled = entangled_network(1001);
  EXPECT_NO_THROW(graph::validate_graph(residual, "residual"));
  EXPECT_NO_THROW(graph::validate_graph(entangled, "entangled"));
  EXPECT_EQ(graph::cut_vertices(residual, 0).size(), 251U);
  EXPECT_LT(graph::cut_vertices(entangled, 0).size(), 60U);
  EXPECT_EQ(residual_network(1001), residual) << "the same everywhere";
}

TEST(PlannerExperiment, ComparesEveryAlgorithmWithTheOptimum) {
  const std::vector<PlannerRow> rows = run_planner_experiment(small_experiment(), {});
  const auto algorithms = planner::standard_planners().all().size() - 1;  // but brute
  EXPECT_EQ(rows.size(), 2 * 2 * 2 * algorithms);
  for (const PlannerRow& row : rows) {
    SCOPED_TRACE(row.algorithm + " on " + row.graph);
    ASSERT_TRUE(row.plan || !row.refused.empty());
    const bool exact = row.algorithm == "exact2" || row.algorithm == "qdmp";
    if (exact) {
      EXPECT_EQ(row.to_optimum, 1.0);
    }
    const bool overlaps = row.plan && !row.plan->order.empty();
    const bool flows_back = row.algorithm.rfind("edgent-", 0) == 0;
    if (row.to_optimum && !overlaps && !flows_back && row.algorithm != "dads-as-published") {
      EXPECT_GE(*row.to_optimum, 1.0);
    }
    const bool single_tier = row.algorithm == "device-only" || row.algorithm == "edge-only";
    if (single_tier) {
      EXPECT_LE(*row.stream_gain, 1.0);
    }
    if (row.algorithm == "throughput") {
      EXPECT_GE(*row.stream_gain, 1.0);
    }
  }
}

TEST(PlannerExperiment, TakesThreeTiersAndNamedAlgorithms) {
  PlannerExperiment experiment = small_experiment();
  experiment.cloud = experiment.edge.times(4);
  experiment.algorithms = {"exact3", "hpa"};
  const std::vector<PlannerRow> rows = run_planner_experiment(experiment, {});
  ASSERT_EQ(rows.size(), 16U);
  EXPECT_EQ(rows[0].algorithm, "exact3");
  EXPECT_EQ(rows[0].to_optimum, 1.0);
  EXPECT_GE(*rows[1].to_optimum, 1.0);
  experiment.algorithms = {"magic"};
  EXPECT_THROW(run_planner_experiment(experiment, {}), InputError);
}

PlannerRow row_of(const std::string& algorithm, int units, double to_optimum, int solver_ns) {
  PlannerRow row;
  row.graph = "g";
  row.algorithm = algorithm;
  row.units = units;
  row.plan.emplace();
  row.plan->predicted = planner::Nanoseconds(5000000);
  row.to_optimum = to_optimum;
  row.solver_time = planner::Nanoseconds(solver_ns);
  row.uplink_bytes_per_s = 125000;
  row.device_ratio = 25;
  return row;
}

TEST(PlannerSummary, CountsOptimaAndKeepsTheWorst) {
  std::vector<PlannerRow> rows = {row_of("a", 10, 1, 10), row_of("b", 10, 1, 7),
                                  row_of("a", 20, 4, 30), row_of("a", 5000, 9, 90)};
  rows.push_back(row_of("a", 30, 1, 1));
  rows.back().plan.reset();
  rows.back().to_optimum.reset();
  const std::vector<PlannerSummary> summaries =
      summarise(rows, [](const PlannerRow& row) { return row.units < 1000; });
  ASSERT_EQ(summaries.size(), 2U);
  EXPECT_EQ(summaries[0].cases, 3);
  EXPECT_EQ(summaries[0].planned, 2);
  EXPECT_EQ(summaries[0].optimal, 1);
  EXPECT_DOUBLE_EQ(summaries[0].mean_to_optimum, 2);
  EXPECT_DOUBLE_EQ(summaries[0].worst_to_optimum, 4);
  EXPECT_EQ(summaries[0].median_solver_time, planner::Nanoseconds(30));
  EXPECT_TRUE(summarise(rows, [](const PlannerRow&) { return false; }).empty());
}

TEST(PlannerTables, SayTimesRatiosAndRefusals) {
  std::vector<PlannerRow> rows = {row_of("a", 10, 1, 10), row_of("b", 10, 1.25, 7)};
  rows.push_back(row_of("c", 10, 1, 7));
  rows.back().plan.reset();
  rows.back().to_optimum.reset();
  rows.back().refused = "too large";
  const std::string table = case_tables(rows);
  EXPECT_THAT(table, HasSubstr("g, 10 units, device 25 times slower than the edge"));
  EXPECT_THAT(table, HasSubstr("5 ms ="));
  EXPECT_THAT(table, HasSubstr("5 ms x1.25"));
  const std::string csv = rows_to_csv(rows);
  EXPECT_THAT(csv, HasSubstr(",g,10,1000000,25,b,1,5000000,0,1.250000,,7\n"));
  EXPECT_THAT(csv, HasSubstr(",g,10,1000000,25,c,,,,,,7\n"));
  EXPECT_EQ(nlohmann::json::parse(rows_to_json(rows))["rows"][2]["refused"], "too large");
  EXPECT_THAT(summary_table(summarise(rows, [](const PlannerRow&) { return true; })),
              HasSubstr("1.250"));
}

}  // namespace
}  // namespace branchline::lab
