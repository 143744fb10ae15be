#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/script.h>

#include <set>

#include "branchy_models/b_camera.h"
#include "branchy_models/exit_tensors.h"
#include "branchy_models/model_zoo.h"
#include "branchy_models/script_network.h"
#include "framework/base/error.h"

namespace branchline::branchy_models {
namespace {

/// Layers as Edgent counts them.
int counted_layers(const Network& network, const std::string& exit) {
  static const std::set<std::string> counted = {"conv", "relu", "pool", "lrn", "dropout", "linear"};
  int layers = 0;
  for (const Layer& layer : layers_up_to(network, exit)) {
    layers += static_cast<int>(counted.count(layer.kind));
  }
  return layers;
}

NetworkShape shape_for(const ZooModel& model) {
  return shape_of(model.needs_camera_frames ? DataSetKind::camera : DataSetKind::cifar10);
}

Network build_for_test(const std::string& name) {
  const ZooModel& model = find_zoo_model(name);
  return build_untrained(model, shape_for(model), 1);
}

std::vector<at::Tensor> run_in_evaluation(const Network& network, const at::Tensor& input) {
  const torch::NoGradGuard no_grad;
  network.module->eval();
  return forward_exits(*network.module, input);
}

TEST(ModelZoo, EveryNetworkReturnsOneLogitsTensorPerExit) {
  const std::vector<std::pair<std::string, std::size_t>> exits = {
      {"b_lenet", 3}, {"b_alexnet", 5}, {"b_resnet", 4}, {"b_camera", 4}, {"b_camera_wide", 4}};
  ASSERT_EQ(exits.size(), model_zoo().size());
  for (const auto& [name, count] : exits) {
    SCOPED_TRACE(name);
    const Network network = build_for_test(name);
    const NetworkShape shape = shape_for(find_zoo_model(name));
    const auto logits =
        run_in_evaluation(network, torch::rand({2, shape.channels, shape.height, shape.width}));
    ASSERT_EQ(logits.size(), count);
    ASSERT_EQ(network.exits.size(), count);
    for (const at::Tensor& exit : logits) EXPECT_EQ(exit.sizes(), (torch::IntArrayRef{2, 10}));
  }
}

TEST(ModelZoo, BuildsForOneChannelToo) {
  for (const char* name : {"b_lenet", "b_alexnet", "b_resnet"}) {
    const Network network =
        build_untrained(find_zoo_model(name), shape_of(DataSetKind::fashion_mnist), 1);
    EXPECT_FALSE(run_in_evaluation(network, torch::rand({1, 1, 28, 28})).empty()) << name;
  }
}

TEST(ModelZoo, TheSameSeedGivesTheSameWeights) {
  const at::Tensor input = torch::rand({1, 3, 32, 32});
  const auto logits = [&](std::uint64_t seed) {
    const ZooModel& model = find_zoo_model("b_lenet");
    return run_in_evaluation(build_untrained(model, {3, 32, 32, 10}, seed), input).back();
  };
  EXPECT_TRUE(torch::equal(logits(7), logits(7)));
  EXPECT_FALSE(torch::equal(logits(7), logits(8)));
}

TEST(ModelZoo, NamesTheNetworksWhenOneIsUnknown) {
  try {
    find_zoo_model("resnet9000");
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("b_resnet"));
  }
}

TEST(BAlexnet, SubModelsHaveTheLayersThatEdgentCounts) {
  const Network network = build_for_test("b_alexnet");
  std::vector<int> layers;
  for (const std::string& exit : network.exits) layers.push_back(counted_layers(network, exit));
  EXPECT_THAT(layers, testing::ElementsAre(12, 16, 19, 20, 22));
}

TEST(ScriptNetwork, LocalResponseNormIsTheOneOfThePapers) {
  const Network network = build_for_test("b_alexnet");
  const at::Tensor x = torch::randn({2, 12, 3, 3}) * 30;
  at::Tensor sum_of_squares = torch::zeros_like(x);
  for (std::int64_t channel = 0; channel < 12; ++channel) {
    const std::int64_t first = std::max<std::int64_t>(0, channel - 2);
    const std::int64_t end = std::min<std::int64_t>(12, channel + 3);
    sum_of_squares.select(1, channel).copy_(x.slice(1, first, end).square().sum(1));
  }
  const at::Tensor expected = x / (1 + 1e-4 / 5 * sum_of_squares).pow(0.75);

  ScriptNetwork net("lrn_only", {12, 3, 3, 10});
  const Network lrn = net.finish({net.local_response_norm("lrn", net.input())});
  EXPECT_TRUE(torch::allclose(run_in_evaluation(lrn, x).at(0), expected, 1e-5, 1e-6));
}

TEST(BResnet, IsNoChain) {
  int adds = 0;
  for (const Layer& layer : build_for_test("b_resnet").layers) {
    if (layer.kind == "add") ++adds;
  }
  EXPECT_EQ(adds, 5);
}

TEST(BCamera, BottleneckIsSmallAndEarly) {
  const Network network = build_for_test("b_camera");
  const Layer bottleneck = layers_up_to(network, kCameraBottleneck).back();
  EXPECT_LE(bottleneck.elements, 1000);  // bytes as int8
  const double share = static_cast<double>(macs_up_to(network, kCameraBottleneck)) /
                       static_cast<double>(macs_up_to(network, network.exits.back()));
  EXPECT_LE(share, 0.30);
}

TEST(BCamera, TwoExitsStandBeforeTheBottleneckAndTwoBehind) {
  const Network network = build_for_test("b_camera");
  std::vector<bool> is_behind;
  for (const std::string& exit : network.exits) {
    const auto layers = layers_up_to(network, exit);
    is_behind.push_back(std::any_of(layers.begin(), layers.end(), [](const Layer& layer) {
      return layer.name == kCameraBottleneck;
    }));
  }
  EXPECT_THAT(is_behind, testing::ElementsAre(false, false, true, true));
}

TEST(BCamera, TheControlHasNoBottleneck) {
  const Layer wide = layers_up_to(build_for_test("b_camera_wide"), kCameraBottleneck).back();
  EXPECT_EQ(wide.elements, 64 * 10 * 10);
}

TEST(Network, CountsMacsOfAConvolution) {
  const Network network = build_for_test("b_resnet");
  EXPECT_EQ(macs_up_to(network, "stem_conv"), 24 * 3 * 3 * 3 * 32 * 32);
  EXPECT_THROW(macs_up_to(network, "no such layer"), std::logic_error);
}

}  // namespace
}  // namespace branchline::branchy_models
