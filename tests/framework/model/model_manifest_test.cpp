#include "framework/model/model_manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/script.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "framework/base/error.h"
#include "framework/model/model_digest.h"

namespace branchline::model {
namespace {

namespace fs = std::filesystem;

ModelManifest full_manifest() {
  ModelManifest manifest;
  manifest.name = "b_test";
  manifest.inputs = {
      {"image", true, DType::f32, {1, 3, 16, 16}, {0.5F, 0.25F, 0}, {1, 0.5F, 2}, 70},
      {"state", false, DType::i64, {1, 7}, {}, {}, 85}};
  manifest.classes = {"cat", "dög", "\"quoted\""};
  manifest.exits = {{"exit1", 0.5, 0.25, 0.125}, {"exit2", 0.75, {}, 0.875}, {"exit3", {}, {}, {}}};
  manifest.codecs = {{"jpeg", {0.5, 0.625, 1}}, {"int8", {}}};
  manifest.data_set = "test, 10 images";
  manifest.made_by = "branchline train";
  return manifest;
}

/// A file of its own with a small network in it, removed at the end.
class ModelFile : public testing::Test {
 protected:
  ModelFile()
      : path_((fs::temp_directory_path() / ("manifest_test_" + std::to_string(::getpid()) + ".pt"))
                  .string()) {
    save(path_, 1);
  }
  ~ModelFile() override { fs::remove(path_); }

  static void save(const std::string& path, float weight, const std::string& text = "") {
    torch::jit::Module module("net");
    module.register_parameter("weight", torch::full({200}, weight), false);
    module.define("def forward(self, x: Tensor):\n    return x * self.weight\n");
    torch::jit::ExtraFilesMap extra;
    if (!text.empty()) extra["branchline.json"] = text;
    module.save(path, extra);
  }

  std::string path_;
};

TEST(Manifest, SurvivesJson) {
  EXPECT_EQ(manifest_from_json(to_json(full_manifest()), "here"), full_manifest());
  EXPECT_EQ(manifest_from_json(to_json({}), "here"), ModelManifest());
}

TEST(Manifest, NamesTheFieldThatIsWrong) {
  const std::string good = to_json(full_manifest());
  const std::vector<std::array<std::string, 3>> changes = {
      {"branchline.manifest/1", "branchline.manifest/9", "schema"},
      {"\"f32\"", "\"f31\"", "inputs[0].type"},
      {"\"jpeg_quality\": 70", "\"jpeg_quality\": 0", "inputs[0].image.jpeg_quality"},
      {"0.125", "1.5", "exits[0].leave_share"},
      {"\"entropy_threshold\": 0.25", "\"entropy_threshold\": -1", "exits[0].entropy_threshold"},
      {"0.625", "-0.1", "codecs[0].accuracy"},
      {"\"exits\": [", "\"exits\": 7, \"old\": [", "exits"},
      {"\"name\": \"b_test\"", "\"name\": 3", "name"},
  };
  for (const auto& [from, to, field] : changes) {
    std::string text = good;
    const auto position = text.find(from);
    ASSERT_NE(position, std::string::npos) << from;
    text.replace(position, from.size(), to);
    try {
      manifest_from_json(text, "net.pt");
      ADD_FAILURE() << "no error for " << to;
    } catch (const InputError& error) {
      EXPECT_EQ(error.kind(), InputKind::model);
      EXPECT_THAT(error.what(), testing::AllOf(testing::HasSubstr("'" + field + "'"),
                                               testing::StartsWith("net.pt")));
    }
  }
}

TEST(Manifest, RefusesShapesThatAnImageCannotHave) {
  for (const Shape& shape : {Shape{1, 3, 16}, Shape{1, 2, 16, 16}, Shape{1, 3, 0, 16}}) {
    ModelManifest manifest = full_manifest();
    manifest.inputs.at(0).shape = shape;
    EXPECT_THROW(manifest_from_json(to_json(manifest), "here"), InputError);
  }
  for (const char* text : {"", "[", "7", "{}", "[]", "{\"schema\":1}"}) {
    EXPECT_THROW(manifest_from_json(text, "here"), InputError) << text;
  }
}

TEST_F(ModelFile, WithoutManifestGivesTheDefault) {
  EXPECT_EQ(read_manifest(path_), ModelManifest());
}

TEST_F(ModelFile, KeepsNetworkAndDigestWhenTheManifestChanges) {
  const std::string digest = network_digest(path_);
  write_manifest(path_, full_manifest());
  EXPECT_EQ(read_manifest(path_), full_manifest());
  EXPECT_EQ(network_digest(path_), digest);

  ModelManifest second = full_manifest();
  second.name = "renamed";
  write_manifest(path_, second);
  EXPECT_EQ(read_manifest(path_), second);
  EXPECT_EQ(network_digest(path_), digest);

  torch::jit::Module module = torch::jit::load(path_);
  EXPECT_EQ(module.forward({torch::ones({200})}).toTensor().sum().item<float>(), 200);
}

TEST_F(ModelFile, TakesAManifestThatTorchSaved) {
  save(path_, 1, to_json(full_manifest()));
  EXPECT_EQ(read_manifest(path_), full_manifest());
  save(path_, 1, "no json");
  EXPECT_THROW(read_manifest(path_), InputError);
}

TEST_F(ModelFile, LeavesNoTemporaryFileBehind) {
  write_manifest(path_, full_manifest());
  for (const auto& entry : fs::directory_iterator(fs::temp_directory_path())) {
    const std::string name = entry.path().string();
    EXPECT_FALSE(name != path_ && name.find(path_) == 0) << name;
  }
}

TEST_F(ModelFile, MustBeAnArchive) {
  std::ofstream(path_) << "no archive";
  EXPECT_THROW(read_manifest(path_), InputError);
  EXPECT_THROW(write_manifest(path_, {}), InputError);
  fs::remove(path_);
  EXPECT_THROW(read_manifest(path_), InputError);
}

}  // namespace
}  // namespace branchline::model
