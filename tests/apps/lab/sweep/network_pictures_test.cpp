#include "apps/lab/sweep/network_pictures.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <opencv2/imgcodecs.hpp>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

model::ModelManifest manifest_of(Shape shape) {
  model::ModelManifest manifest;
  manifest.inputs.emplace_back();
  manifest.inputs[0].is_image = true;
  manifest.inputs[0].shape = std::move(shape);
  return manifest;
}

class Frames : public ::testing::Test {
 protected:
  Frames() {
    fs::create_directories(folder_);
    cv::imwrite((folder_ / "1.png").string(), cv::Mat(30, 40, CV_8UC3, cv::Scalar(10, 20, 30)));
    cv::imwrite((folder_ / "2.png").string(), cv::Mat(30, 40, CV_8UC3, cv::Scalar(1, 2, 3)));
  }
  ~Frames() override { fs::remove_all(folder_); }

  const fs::path folder_ = fs::temp_directory_path() / "branchline_network_pictures_test";
};

TEST_F(Frames, AreRgbOfTheNetworksSizeInOrder) {
  const NetworkPictures frames = frames_for(manifest_of({1, 3, 8, 16}), folder_.string());
  ASSERT_EQ(frames.pictures.size(), 2U);
  EXPECT_EQ(frames.pictures[0].sizes(), (std::vector<std::int64_t>{1, 8, 16, 3}));
  EXPECT_EQ(frames.pictures[0].data_ptr<std::uint8_t>()[0], 30) << "red";
  EXPECT_EQ(frames.pictures[1].data_ptr<std::uint8_t>()[2], 1) << "blue";
  EXPECT_THAT(frames.source, HasSubstr("2 pictures"));
}

TEST_F(Frames, AreGreyForANetworkThatTakesGrey) {
  const NetworkPictures frames = frames_for(manifest_of({1, 1, 8, 8}), folder_.string());
  EXPECT_EQ(frames.pictures[0].sizes(), (std::vector<std::int64_t>{1, 8, 8, 1}));
}

TEST_F(Frames, ThatAreNotThereAreNamed) {
  const auto missing = (folder_ / "missing.mp4").string();
  EXPECT_THAT(
      [&] {
        frames_for(manifest_of({1, 3, 8, 8}), missing);
      },
      ThrowsMessage<InputError>(HasSubstr("pictures " + missing)));
}

/// Twelve pictures of one class, each of another grey.
class Pictures : public Frames {
 protected:
  Pictures() {
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "a");
    for (int i = 0; i < 12; ++i) {
      const std::string file = "a/" + std::to_string(10 + i) + ".png";
      cv::imwrite((folder_ / file).string(), cv::Mat(8, 16, CV_8UC3, cv::Scalar::all(20 * i)));
    }
    manifest_.classes = {"a"};
  }

  std::vector<int> greys(std::int64_t seed) const {
    std::string problems;
    const auto found = test_pictures_for(manifest_, {folder_.string()}, seed, problems);
    std::vector<int> greys;
    for (const at::Tensor& picture : found.value().pictures) {
      EXPECT_EQ(picture.sizes(), (std::vector<std::int64_t>{1, 8, 16, 3}));
      greys.push_back(picture.data_ptr<std::uint8_t>()[0]);
    }
    return greys;
  }

  model::ModelManifest manifest_ = manifest_of({1, 3, 8, 16});
};

TEST_F(Pictures, ComeInTheOrderOfTheSeed) {
  std::vector<int> first = greys(1);
  EXPECT_EQ(first, greys(1));
  EXPECT_NE(first, greys(2));
  std::sort(first.begin(), first.end());
  std::vector<int> all;
  for (int i = 0; i < 12; ++i) all.push_back(20 * i);
  EXPECT_EQ(first, all) << "each once";
}

}  // namespace
}  // namespace branchline::lab
