/// Time of one goodput sample in the change-point detectors, with the argument's noise in percent;
/// runs kept are reported. Target: < 20 us a sample for ChangePointDetector.
#include <benchmark/benchmark.h>

#include <cmath>
#include <random>
#include <vector>

#include "framework/planner/adaptation/change_point.h"
#include "framework/planner/adaptation/cusum.h"

namespace {

using branchline::planner::ChangePointDetector;
using branchline::planner::ChangePointParameters;
using branchline::planner::CusumDetector;

/// A link whose level doubles and halves every 250 samples.
std::vector<double> stepping_goodput(double noise) {
  std::mt19937 random(1);
  std::normal_distribution<double> gauss(0, noise);
  std::vector<double> samples;
  for (int i = 0; i < 10'000; ++i) {
    samples.push_back((i / 250 % 2 == 0 ? 1e6 : 2e6) * std::exp(gauss(random)));
  }
  return samples;
}

template <typename Detector>
void feed(benchmark::State& state, Detector& detector) {
  const std::vector<double> samples = stepping_goodput(static_cast<double>(state.range(0)) / 100);
  std::size_t next = 0, announced = 0;
  for (auto _ : state) {
    announced += detector.add(samples[next]);
    next = (next + 1) % samples.size();
  }
  if (state.iterations() > 10'000 && announced == 0) state.SkipWithError("missed every step");
}

void bayes(benchmark::State& state) {
  ChangePointDetector detector;
  feed(state, detector);
  state.counters["runs"] = static_cast<double>(detector.posterior().size());
}
BENCHMARK(bayes)->Arg(10)->Arg(30);

/// The worst case: nothing is improbable enough to go, all 200 runs are kept.
void bayes_without_pruning(benchmark::State& state) {
  ChangePointParameters parameters;
  parameters.prune_mass = 0;
  ChangePointDetector detector(parameters);
  feed(state, detector);
  state.counters["runs"] = static_cast<double>(detector.posterior().size());
}
BENCHMARK(bayes_without_pruning)->Arg(10);

void cumulative_sums(benchmark::State& state) {
  CusumDetector detector;
  feed(state, detector);
}
BENCHMARK(cumulative_sums)->Arg(10);

}  // namespace

BENCHMARK_MAIN();
