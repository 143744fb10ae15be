/// The schedulers alone (Google Benchmark): orders of trees, series-parallel and other graphs, cuts
/// of several jobs. Each checks its answer; a wrong one ends the benchmark with an error.
/// Targets: the tree order of 1000 units < 5 ms.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <random>

#include "framework/planner/algorithms/exact.h"
#include "framework/planner/algorithms/pipeline.h"
#include "framework/planner/algorithms/pipeline_schedulers.h"
#include "framework/planner/schedule/composite_order.h"
#include "framework/planner/schedule/job_cuts.h"
#include "framework/planner/schedule/lookahead_order.h"
#include "framework/planner/schedule/makespan.h"
#include "tests/support/branching_graphs.h"
#include "tests/support/plan_requests.h"
#include "tests/support/upload_jobs.h"

namespace {

using namespace branchline::planner::schedule;  // NOLINT: the benchmark is about this
using branchline::planner::Plan;
using branchline::planner::Planner;
using branchline::planner::PlanRequest;
using branchline::testing::random_jobs;
using branchline::testing::Shape;

constexpr std::int64_t kLongest = 1'000'000;

std::vector<UploadJob> jobs_of(const benchmark::State& state, Shape shape) {
  std::mt19937 random(7);
  return random_jobs(random, static_cast<int>(state.range(0)), shape, kLongest);
}

/// Blocks in line, each of four branches of 1 to 3 units that join.
std::vector<UploadJob> inception_jobs(int count) {
  std::mt19937 random(7);
  std::vector<UploadJob> jobs = random_jobs(random, count, kLongest);
  std::int32_t joined = 0, next = 1;
  const auto last = static_cast<std::int32_t>(count);
  while (next < last) {
    std::vector<std::int32_t> ends;
    for (const int length : {1, 2, 3, 2}) {
      std::int32_t before = joined;
      for (int step = 0; step < length && next < last; ++step) {
        jobs[static_cast<std::size_t>(next)].predecessors = {before};
        before = next++;
      }
      ends.push_back(before);
    }
    if (next == last) break;
    jobs[static_cast<std::size_t>(next)].predecessors = ends;
    joined = next++;
  }
  return jobs;
}

void check_order(benchmark::State& state, const std::vector<UploadJob>& jobs,
                 const JobOrder& order) {
  const bool sound = is_linear_extension(jobs, order) &&
                     makespan(jobs, order) <= makespan(jobs, index_order(jobs));
  if (!sound) state.SkipWithError("the order is wrong");
  state.counters["of plain order"] = static_cast<double>(makespan(jobs, order).count()) /
                                     static_cast<double>(makespan(jobs, index_order(jobs)).count());
}

void tree_order(benchmark::State& state, Shape shape) {
  const std::vector<UploadJob> jobs = jobs_of(state, shape);
  JobOrder order;
  for (auto _ : state) order = composite_order(jobs, *tree_precedence(jobs));
  check_order(state, jobs, order);
}
BENCHMARK_CAPTURE(tree_order, out_tree, Shape::out_tree)->Arg(100)->Arg(1000)->Arg(10000);
BENCHMARK_CAPTURE(tree_order, in_tree, Shape::in_tree)->Arg(100)->Arg(1000)->Arg(10000);

void series_parallel_order(benchmark::State& state) {
  const std::vector<UploadJob> jobs = inception_jobs(static_cast<int>(state.range(0)));
  JobOrder order;
  for (auto _ : state) order = composite_order(jobs, *series_parallel_precedence(jobs));
  check_order(state, jobs, order);
}
BENCHMARK(series_parallel_order)->Arg(100)->Arg(1000)->Arg(10000);

void lookahead_on_inception_blocks(benchmark::State& state) {
  const std::vector<UploadJob> jobs = inception_jobs(static_cast<int>(state.range(0)));
  JobOrder order;
  for (auto _ : state) order = lookahead_order(jobs);
  check_order(state, jobs, order);
}
BENCHMARK(lookahead_on_inception_blocks)->Arg(100)->Arg(1000)->Arg(10000);

void lookahead_on_dense_graphs(benchmark::State& state) {
  const std::vector<UploadJob> jobs = jobs_of(state, Shape::dag);
  JobOrder order;
  for (auto _ : state) order = lookahead_order(jobs);
  check_order(state, jobs, order);
}
BENCHMARK(lookahead_on_dense_graphs)->Arg(100)->Arg(1000);

/// Whole planners on a graph whose best cuts send several values.
void planner(benchmark::State& state, std::unique_ptr<Planner> (*make)()) {
  std::mt19937 random(7);
  const auto graph = branchline::testing::branching_graph(random, static_cast<int>(state.range(0)),
                                                          Shape::out_tree);
  const PlanRequest request =
      branchline::testing::request_for(graph, branchline::testing::byte_per_ns());
  const std::unique_ptr<Planner> planner = make();
  std::optional<Plan> plan;
  for (auto _ : state) plan = planner->plan(request);
  const std::optional<Plan> cut = branchline::planner::make_exact_three_tier()->plan(request);
  if (!plan || plan->predicted > cut->predicted) state.SkipWithError("worse than the exact cut");
  state.counters["of exact cut"] =
      static_cast<double>(plan->predicted.count()) / static_cast<double>(cut->predicted.count());
}
BENCHMARK_CAPTURE(planner, exact3, branchline::planner::make_exact_three_tier)->Arg(100)->Arg(1000);
BENCHMARK_CAPTURE(planner, pipeline_dag, branchline::planner::make_pipeline_dag)
    ->Arg(100)
    ->Arg(1000);
BENCHMARK_CAPTURE(planner, pipeline, branchline::planner::make_pipeline)->Arg(100)->Arg(1000);

/// A convex curve of cuts: compute rises, uploads fall by ever less.
std::vector<CutChoice> convex_cuts(std::int64_t count) {
  std::mt19937 random(7);
  std::uniform_int_distribution<std::int64_t> time(1, kLongest);
  std::vector<std::int64_t> steps;
  for (std::int64_t cut = 0; cut < count; ++cut) steps.push_back(time(random));
  std::sort(steps.begin(), steps.end());
  std::vector<CutChoice> cuts(static_cast<std::size_t>(count));
  std::int64_t compute = 0, upload = 0;
  for (std::size_t cut = 0; cut < cuts.size(); ++cut) {
    compute += time(random);
    upload += steps[cut];
    cuts[cut].compute = Nanoseconds(compute);
    cuts[cuts.size() - 1 - cut].upload = Nanoseconds(upload);
  }
  return cuts;
}

/// Arguments: cuts, jobs.
void several_jobs(benchmark::State& state) {
  const std::vector<CutChoice> cuts = convex_cuts(state.range(0));
  const int jobs = static_cast<int>(state.range(1));
  JobCuts exact;
  for (auto _ : state) exact = exact_job_cuts(cuts, jobs);
  const JobCuts two = two_neighbouring_cuts(cuts, jobs);
  if (exact.makespan > two.makespan) state.SkipWithError("worse than two neighbouring cuts");
  state.counters["two cuts, of optimum"] =
      static_cast<double>(two.makespan.count()) / static_cast<double>(exact.makespan.count());
}
BENCHMARK(several_jobs)
    ->Args({20, 4})
    ->Args({20, 16})
    ->Args({40, 16})
    ->Args({40, 30})
    ->Args({40, 60});

}  // namespace

BENCHMARK_MAIN();
