#include "framework/profile/prediction.h"

#include <gtest/gtest.h>

#include "fake_runs.h"

namespace branchline::profile {
namespace {

using branchline::testing::FakeMachine;

graph::LayerGraph with_output_specs(graph::LayerGraph graph) {
  for (graph::Unit& unit : graph.units) {
    unit.outputs = {{DType::u8, {1, unit.output_bytes}}};
    unit.type = "conv";
    unit.features.input_bytes = 10 * unit.id;
  }
  return graph;
}

TEST(Prediction, AllThreeAgreeOnAMachineWithoutOverhead) {
  const auto graph = with_output_specs(branchline::testing::narrow_chain());
  FakeMachine machine{graph};
  const PredictionCase measured = measure_case(graph, machine.runner(), {});
  EXPECT_EQ(measured.cut, 2);
  EXPECT_EQ(measured.whole.median, Duration(5100));
  EXPECT_EQ(predicted_by_segments(measured), Duration(5100));
  EXPECT_EQ(predicted_by_isolated_layers(measured), Duration(5100));
}

TEST(Prediction, MeasuresOnlyTheDeepestExit) {
  const auto graph = with_output_specs(branchline::testing::branchy_chain());
  FakeMachine machine{graph};
  const PredictionCase measured = measure_case(graph, machine.runner(), {});
  EXPECT_EQ(measured.layers.size(), 5u);  // 1, 3, 4, 6, 7: no head of another exit
}

TEST(Prediction, AModelNeverPredictsItself) {
  std::vector<PredictionCase> cases(2);
  cases[0].layers = {{"conv", {}, Duration(100)}, {"conv", {}, Duration(100)}};
  cases[1].layers = {{"conv", {}, Duration(700)}};
  EXPECT_EQ(predicted_by_regression(cases[0], fit_without(cases, 0)), Duration(1400));
  EXPECT_EQ(predicted_by_regression(cases[1], fit_without(cases, 1)), Duration(100));
}

TEST(Prediction, ErrorsAreRelativeToWhatWasMeasured) {
  EXPECT_DOUBLE_EQ(relative_error(Duration(110), Duration(100)), 0.1);
  EXPECT_DOUBLE_EQ(relative_error(Duration(50), Duration(100)), -0.5);
}

}  // namespace
}  // namespace branchline::profile
