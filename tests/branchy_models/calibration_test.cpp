#include "branchy_models/calibration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/script.h>

#include <numeric>

#include "branchy_models/codec_emulation.h"
#include "branchy_models/model_zoo.h"
#include "framework/base/error.h"
#include "framework/model/model_digest.h"
#include "tests/branchy_models/small_images.h"
#include "tests/branchy_models/temporary_folder.h"

namespace branchline::branchy_models {
namespace {

/// forward returns two exits: the mean brightness of the four quarters, dim at exit 1; `middle` is
/// the value between.
torch::jit::Module quarters() {
  torch::jit::Module module("quarters");
  module.register_attribute("training", c10::BoolType::get(), false);
  module.define(R"(
def forward(self, x: Tensor):
    middle = torch.adaptive_avg_pool2d(torch.mean(x, [1], True), [2, 2])
    logits = torch.flatten(middle, 1)
    return (logits * 0.01, logits * 20.0)
)");
  return module;
}

model::ModelManifest image_manifest() {
  model::ModelManifest manifest;
  manifest.name = "quarters";
  manifest.inputs.push_back(
      {"image", true, DType::f32, {1, 3, 32, 32}, {0.5F, 0.5F, 0.5F}, {0.25F, 0.25F, 0.25F}, 85});
  return manifest;
}

TEST(Calibration, FillsTheManifest) {
  torch::jit::Module module = quarters();
  model::ModelManifest manifest = image_manifest();
  calibrate(module, corner_images(40, 1), {.allowed_loss = 0.005, .crossing = "middle"}, manifest);

  ASSERT_EQ(manifest.exits.size(), 2U);
  EXPECT_EQ(manifest.exits[0].name, "exit1");
  EXPECT_EQ(manifest.exits[0].accuracy, 1.0);
  EXPECT_EQ(manifest.exits[1].accuracy, 1.0);
  EXPECT_TRUE(manifest.exits[0].entropy_threshold.has_value());
  EXPECT_FALSE(manifest.exits[1].entropy_threshold.has_value());
  EXPECT_NEAR(*manifest.exits[0].leave_share + *manifest.exits[1].leave_share, 1, 1e-12);
  EXPECT_EQ(*manifest.exits[0].leave_share, 1);  // exit 1 is as good: everything leaves there

  std::vector<std::string> codecs;
  for (const auto& codec : manifest.codecs) {
    codecs.push_back(codec.codec);
    EXPECT_THAT(codec.accuracy, testing::ElementsAre(1.0, 1.0)) << codec.codec;
  }
  EXPECT_THAT(codecs, testing::ElementsAre("png", "jpeg", "fp16", "int8"));
}

TEST(Calibration, KeepsTheExitsNames) {
  torch::jit::Module module = quarters();
  model::ModelManifest manifest = image_manifest();
  manifest.exits = {{"soon", {}, {}, {}}, {"late", {}, {}, {}}};
  calibrate(module, corner_images(8, 1), {}, manifest);
  EXPECT_EQ(manifest.exits[0].name, "soon");
  EXPECT_EQ(manifest.codecs.size(), 2U);  // no value was named: fp16 and int8 are not measured
}

TEST(Calibration, NeedsAnImageInput) {
  torch::jit::Module module = quarters();
  model::ModelManifest manifest;
  EXPECT_THROW(calibrate(module, corner_images(8, 1), {}, manifest), InputError);
}

TEST(Calibration, RefusesAForwardThatDoesNotFitTheImages) {
  torch::jit::Module module("wrong");
  module.define("def forward(self, x: Tensor):\n    return torch.sum(x)\n");
  model::ModelManifest manifest = image_manifest();
  EXPECT_THROW(calibrate(module, corner_images(8, 1), {}, manifest), InputError);
}

at::Tensor middle_through(const std::string& codec, const at::Tensor& x) {
  torch::jit::Module module("identity");
  module.define(
      "def forward(self, x: Tensor):\n    middle = x * 1.0\n    return (middle, middle * 2.0)\n");
  auto changed = with_codec_after(module, "middle", codec);
  EXPECT_TRUE(changed.has_value());
  const auto result = changed->forward({x}).toTuple();
  EXPECT_TRUE(torch::equal(result->elements()[0].toTensor() * 2, result->elements()[1].toTensor()));
  return result->elements()[0].toTensor();
}

TEST(CodecEmulation, RoundsAsTheTransportsCodecs) {
  const at::Tensor x = torch::randn({3, 5, 7, 7}) * torch::rand({1, 5, 1, 1}) * 10;
  EXPECT_TRUE(torch::equal(middle_through("fp16", x), x.to(torch::kHalf).to(torch::kFloat)));

  const at::Tensor rounded = middle_through("int8", x);
  const at::Tensor range = x.amax({2, 3}, true) - x.amin({2, 3}, true);
  EXPECT_TRUE(((rounded - x).abs() <= range / 510 * 1.001).all().item<bool>());
  EXPECT_FALSE(torch::allclose(rounded, x, 1e-5, 1e-6));
}

TEST(CodecEmulation, KeepsConstantsAndFlatValues) {
  const at::Tensor constant = torch::full({2, 3, 4, 4}, 0.25);
  EXPECT_TRUE(torch::allclose(middle_through("int8", constant), constant));
  const at::Tensor flat = torch::randn({2, 9});
  EXPECT_EQ(middle_through("int8", flat).sizes(), flat.sizes());
}

TEST(CodecEmulation, LeavesTheModuleItselfAlone) {
  const torch::jit::Module module = quarters();
  const std::string before = module.get_method("forward").graph()->toString();
  EXPECT_TRUE(with_codec_after(module, "middle", "int8").has_value());
  EXPECT_EQ(module.get_method("forward").graph()->toString(), before);
  EXPECT_FALSE(with_codec_after(module, "absent", "int8").has_value());
}

TEST(SaveModel, KeepsValueNamesManifestAndOutputs) {
  const TemporaryFolder folder;
  const ZooModel& zoo_model = find_zoo_model("b_camera");
  const Network network = build_untrained(zoo_model, shape_of(DataSetKind::camera), 1);
  const model::ModelManifest manifest = manifest_of(
      zoo_model, network, DataSetKind::camera, {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"});
  save_model(network, manifest, folder.path("m.pt"));
  EXPECT_EQ(model::read_manifest(folder.path("m.pt")), manifest);

  torch::jit::Module loaded = torch::jit::load(folder.path("m.pt"));
  EXPECT_TRUE(with_codec_after(loaded, "bottleneck", "int8").has_value());
  const torch::NoGradGuard no_grad;
  const at::Tensor x = torch::rand({1, 3, 160, 160});
  EXPECT_TRUE(torch::equal(loaded.forward({x}).toTuple()->elements()[3].toTensor(),
                           network.module->forward({x}).toTuple()->elements()[3].toTensor()));
  EXPECT_THROW(save_model(network, manifest, folder.path("none/m.pt")), RunError);
}

}  // namespace
}  // namespace branchline::branchy_models
