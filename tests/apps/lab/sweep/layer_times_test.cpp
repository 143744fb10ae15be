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

}  // namespace
}  // namespace branchline::lab
