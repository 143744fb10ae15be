#include "apps/lab/sweep/layer_times.h"

#include <gmock/gmock.h>

#include "framework/base/error.h"
#include "tests/apps/lab/sweep/sample_network.h"

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

TEST(LayerTimes, SurviveTheirFile) {
  const LayerTimes times = {{{1, 3ms, 2ms, 5ms}}, {{1, 300us, 200us, 500us}}, 9.5};
  const std::string text = to_json(times);
  EXPECT_EQ(layer_times_from_json(text, "file"), times);
  EXPECT_THROW(layer_times_from_json(text.substr(0, text.size() / 2), "file"), InputError);
}

TEST(LayerTimes, AreTimedUnitByUnit) {
  const LabNetwork network = testing::sample_network();
  const auto run = [](const slice::SliceSpec& spec, int, int) {
    return std::vector<Duration>(7, 1ms * spec.units.front().first);
  };
  const std::vector<LayerTime> layers = time_layers(network.graph, run, 2);
  ASSERT_EQ(layers.size(), network.graph.units.size() - 1);
  EXPECT_EQ(layers.at(2), (LayerTime{3, 6ms, 6ms, 6ms}));
}

TEST(LayerTimes, AreALineAUnitAndARegressionAKind) {
  const LabNetwork network = testing::sample_network();
  const std::string layers = layers_csv("tiny", network.graph, network.layers);
  EXPECT_THAT(layers, HasSubstr("tiny,1,"));
  EXPECT_EQ(std::count(layers.begin(), layers.end(), '\n'), network.graph.unit_count() - 1);
  const std::string fits = regressions_csv("tiny", network.graph, network.layers);
  EXPECT_THAT(fits, HasSubstr("tiny,device,conv,ms = "));
  EXPECT_THAT(fits, HasSubstr("tiny,edge,conv,ms = "));
}

/// Times that a line over the features explains wholly: 2 ms and 1 us a byte read.
LayerTimes straight_times(const graph::LayerGraph& graph) {
  LayerTimes times;
  for (const graph::Unit& unit : graph.units) {
    if (unit.id == 0) continue;
    const Duration time = 2ms + 1us * unit.features.input_bytes;
    times.device.push_back({unit.id, time, time - 1ms, time + 3ms});
    times.edge.push_back({unit.id, time / 2, time / 2, time / 2});
  }
  return times;
}

TEST(LayerTimes, StandInTheColumnsThatAreNamed) {
  const LabNetwork network = testing::sample_network();
  LayerTimes times = straight_times(network.graph);
  times.device.front() = {1, 3ms, 2ms, 5ms};
  times.edge.front() = {1, 300us, 200us, 500us};
  const graph::Unit& unit = network.graph.units.at(1);
  EXPECT_THAT(layers_csv("tiny", network.graph, times),
              ::testing::StartsWith("tiny,1," + unit.name + ",3,2,5,0.3," +
                                    std::to_string(unit.output_bytes) + "\n"));
}

TEST(LayerTimes, AreExplainedByTheRegressionOfTheirTier) {
  const LabNetwork network = testing::sample_network();
  const std::string fits = regressions_csv("tiny", network.graph, straight_times(network.graph));
  EXPECT_THAT(fits, HasSubstr("\ntiny,device,pool,ms = 2 + 0.001 * input_bytes + 0 * output_bytes,"
                              "2,0.001,0,1,3\n"));
  EXPECT_THAT(fits, HasSubstr("\ntiny,edge,pool,ms = 1 + 0.0005 * input_bytes + 0 * output_bytes,"
                              "1,0.0005,0,1,3\n"));
}

TEST(LayerTimes, OfAnotherVersionAreRefused) {
  std::string text = to_json(LayerTimes{});
  text.replace(text.find("lab_layers/1"), 12, "lab_layers/2");
  EXPECT_THROW(layer_times_from_json(text, "file"), InputError);
}

}  // namespace
}  // namespace branchline::lab
