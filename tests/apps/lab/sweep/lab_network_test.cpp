#include "apps/lab/sweep/lab_network.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <opencv2/imgcodecs.hpp>

#include "framework/base/error.h"
#include "framework/model/model_manifest.h"
#include "tests/apps/lab/sweep/sample_network.h"
#include "tests/framework/runtime/tiny_network.h"

namespace branchline::lab {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// The tiny network with a manifest of the test's, and pictures with labels for it.
class OpeningANetwork : public ::testing::Test {
 protected:
  OpeningANetwork() {
    for (const char* label : {"a", "b", "c", "d"}) {
      fs::create_directories(folder_ / "pictures" / label);
      cv::imwrite((folder_ / "pictures" / label / "1.png").string(), cv::Mat(8, 8, CV_8UC3));
    }
    experiment_.data = {(folder_ / "pictures").string()};
  }
  ~OpeningANetwork() override { fs::remove_all(folder_); }

  std::string problem() const { return problem(file_); }
  std::string problem(const std::string& model) const {
    std::unique_ptr<EdgeProcess> edge;
    try {
      open_network({model}, experiment_, RunFolder((folder_ / "out").string()), stop_, edge,
                   [](const std::string&) {});
    } catch (const InputError& error) {
      EXPECT_EQ(error.kind(), InputKind::model);
      return error.what();
    }
    return "";
  }

  const fs::path folder_ = fs::temp_directory_path() / "branchline_lab_network_test";
  const std::string file_ =
      (fs::create_directories(folder_), testing::write_tiny_network(folder_.string(), 1));
  Experiment experiment_;
  StopFlag stop_;
};

TEST_F(OpeningANetwork, NeedsAManifest) {
  model::write_manifest(file_, {});
  EXPECT_THAT(problem(), AllOf(HasSubstr(file_ + ": it has no manifest"),
                               HasSubstr("branchline import " + file_)));
}

TEST_F(OpeningANetwork, NeedsAPictureForItsInput) {
  model::ModelManifest manifest = model::read_manifest(file_);
  manifest.inputs[0].is_image = false;
  manifest.inputs[0].mean.clear();
  manifest.inputs[0].std.clear();
  model::write_manifest(file_, manifest);
  EXPECT_THAT(problem(),
              AllOf(HasSubstr("declares no picture"), HasSubstr("branchline import " + file_)));
}

TEST_F(OpeningANetwork, SaysWhereItWasLookedFor) {
  experiment_.model_folders = {folder_.string()};
  EXPECT_THAT(problem("alexnet"),
              AllOf(HasSubstr("no alexnet.pt in " + folder_.string()), HasSubstr("--models DIR")));
}

TEST_F(OpeningANetwork, NeedsTheAccuracyOfEachExit) {
  model::ModelManifest manifest = model::read_manifest(file_);
  manifest.exits[1].accuracy.reset();
  model::write_manifest(file_, manifest);
  EXPECT_THAT(problem(), AllOf(HasSubstr("the accuracy of exit2 was never measured"),
                               HasSubstr("branchline calibrate " + file_)));
}

TEST_F(OpeningANetwork, LooksForANameInTheFoldersFirst) {
  model::ModelManifest manifest = model::read_manifest(file_);
  manifest.exits[1].accuracy.reset();
  model::write_manifest(file_, manifest);
  experiment_.model_folders = {(folder_ / "pictures").string(), folder_.string()};
  EXPECT_THAT(problem(fs::path(file_).stem().string()), HasSubstr(file_ + ": the accuracy"));
}

TEST(LabNetwork, KnowsWhatItsSendingsCost) {
  LabNetwork network = testing::sample_network();
  network.sendings = {{{0, 0}, transport::Codec::png, 77, Duration(1234)}};
  const graph::LayerGraph graph = network.wire_costs()->with_codecs(network.graph, 1, true);
  const auto& codecs = graph.units.front().codecs;
  const auto png = std::find_if(codecs.begin(), codecs.end(),
                                [](const auto& codec) { return codec.name == "png"; });
  ASSERT_NE(png, codecs.end());
  EXPECT_EQ(png->bytes, 77);
}

}  // namespace
}  // namespace branchline::lab
