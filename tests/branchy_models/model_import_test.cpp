#include "branchy_models/model_import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/script.h>

#include <opencv2/imgcodecs.hpp>

#include "framework/base/error.h"
#include "framework/model/model_digest.h"
#include "tests/branchy_models/temporary_folder.h"

namespace branchline::branchy_models {
namespace {

class ImportedModel : public testing::Test {
 protected:
  ImportedModel() {
    request_.model = folder_.path("net.pt");
    request_.shape = {1, 3, 8, 8};
    request_.is_image = true;
    write("(torch.mean(x, [2, 3])[:, :2], torch.mean(x, [2, 3])[:, :2] * 5.0)");
  }

  void write(const std::string& result) {
    torch::jit::Module module("net");
    module.define("def forward(self, x: Tensor):\n    return " + result + "\n");
    module.save(request_.model);
  }

  std::string error(const std::string& data = "") const {
    try {
      import_model(request_, data);
    } catch (const InputError& error) {
      EXPECT_EQ(model::read_manifest(request_.model), model::ModelManifest());
      return error.what();
    }
    return "no error";
  }

  TemporaryFolder folder_;
  ImportRequest request_;
};

TEST_F(ImportedModel, GetsAManifestAndKeepsItsDigest) {
  const std::string digest = model::network_digest(request_.model);
  request_.exits = {"soon", "late"};
  request_.classes = {"red", "green"};
  request_.std = {0.5F, 0.5F, 0.5F};
  const model::ModelManifest manifest = import_model(request_);
  EXPECT_EQ(model::read_manifest(request_.model), manifest);
  EXPECT_EQ(manifest.name, "net");
  EXPECT_EQ(manifest.exits.at(1).name, "late");
  EXPECT_THAT(manifest.inputs.at(0).mean, testing::ElementsAre(0, 0, 0));
  EXPECT_EQ(model::network_digest(request_.model), digest);
}

TEST_F(ImportedModel, IsCalibratedOnAFolderOfPictures) {
  for (const auto& [name, bgr] :
       {std::pair{"a-red", cv::Scalar(0, 0, 250)}, std::pair{"b-green", cv::Scalar(0, 250, 0)}}) {
    std::filesystem::create_directories(folder_.path("data/") + name);
    for (int i = 0; i < 2; ++i) {
      cv::imwrite(folder_.path("data/") + name + "/" + std::to_string(i) + ".png",
                  cv::Mat(20, 30, CV_8UC3, bgr));
    }
  }
  const model::ModelManifest manifest = import_model(request_, folder_.path("data"));
  EXPECT_THAT(manifest.classes, testing::ElementsAre("a-red", "b-green"));
  EXPECT_EQ(manifest.exits.at(0).accuracy, 1.0);
  EXPECT_EQ(manifest.data_set, "data, 4 images");
}

TEST_F(ImportedModel, ThatDoesNotFitIsRefusedWithTheReason) {
  request_.exits = {"only"};
  EXPECT_THAT(error(), testing::HasSubstr("names 1 exits, but forward returns 2"));
  request_.exits = {};
  request_.classes = {"a", "b", "c"};
  EXPECT_THAT(error(), testing::HasSubstr("names 3 classes, but the logits have 2"));
  request_.classes = {};
  request_.mean = {0.5F};
  EXPECT_THAT(error(), testing::HasSubstr("--mean"));
  request_.mean = {};
  request_.std = {1, 0, 1};
  EXPECT_THAT(error(), testing::HasSubstr("--std"));
  request_.std = {};
  request_.shape = {1, 4, 8, 8};
  EXPECT_THAT(error(), testing::HasSubstr("--input"));
}

TEST_F(ImportedModel, WhoseExitsAreNoLogitsIsRefused) {
  write("x");
  EXPECT_THAT(error(), testing::HasSubstr("no batch x classes tensor"));
  write("torch.mean(x, [2, 3]) / 0.0 * 0.0");
  EXPECT_THAT(error(), testing::HasSubstr("not finite"));
  write("3");
  EXPECT_THAT(error(), testing::HasSubstr("forward returns"));
  write("torch.linear(x, torch.ones([2, 3]))");
  EXPECT_THAT(error(), testing::HasSubstr("forward fails"));
}

TEST_F(ImportedModel, MustBeATorchScriptFile) {
  folder_.write("no.pt", {'n', 'o'});
  request_.model = folder_.path("no.pt");
  EXPECT_THROW(import_model(request_), InputError);
}

}  // namespace
}  // namespace branchline::branchy_models
