#include "branchy_models/camera_dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/videoio.hpp>
#include <set>

#include "branchy_models/camera_backgrounds.h"
#include "framework/base/error.h"
#include "tests/branchy_models/temporary_folder.h"

namespace branchline::branchy_models {
namespace {

void add_big_endian(std::vector<unsigned char>& bytes, unsigned value) {
  for (const int shift : {24, 16, 8, 0})
    bytes.push_back(static_cast<unsigned char>(value >> shift));
}

/// Ten bright objects, one of each class, under the names of both splits.
void write_objects(const TemporaryFolder& folder) {
  std::vector<unsigned char> images;
  std::vector<unsigned char> labels;
  for (const unsigned value : {0x803U, 10U, 28U, 28U}) add_big_endian(images, value);
  for (const unsigned value : {0x801U, 10U}) add_big_endian(labels, value);
  for (unsigned char object = 0; object < 10; ++object) {
    labels.push_back(object);
    for (int p = 0; p < 784; ++p) {
      const bool is_inside = p / 28 > 4 && p / 28 < 24 && p % 28 > 4 && p % 28 < 24;
      images.push_back(is_inside ? 230 : 0);
    }
  }
  for (const char* split : {"train", "t10k"}) {
    folder.write(std::string(split) + "-images-idx3-ubyte", images);
    folder.write(std::string(split) + "-labels-idx1-ubyte", labels);
  }
}

/// A small video whose frames differ.
void write_video(const std::string& file, int frames) {
  cv::VideoWriter writer(file, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), 10, {80, 60});
  for (int i = 0; i < frames; ++i) {
    writer.write(cv::Mat(60, 80, CV_8UC3, cv::Scalar(20 + i, 60, 2 * i)));
  }
}

class CameraFrames : public testing::Test {
 protected:
  CameraFrames() {
    write_objects(folder_);
    write_video(folder_.path("a.avi"), 40);
    write_video(folder_.path("b.avi"), 60);
  }
  CameraDataset dataset(Split split, std::uint64_t seed = 1) const {
    CameraOptions options;
    options.objects = folder_.path();
    options.videos = {folder_.path("a.avi"), folder_.path("b.avi")};
    options.split = split;
    options.seed = seed;
    options.count = 60;
    options.width = 64;
    options.height = 48;
    return CameraDataset(options);
  }
  TemporaryFolder folder_;
};

TEST_F(CameraFrames, AreTheSameForTheSameSeedOnly) {
  const CameraDataset first = dataset(Split::train);
  const CameraDataset again = dataset(Split::train);
  const CameraDataset other = dataset(Split::train, 2);
  int differing = 0;
  for (std::int64_t i = 0; i < 10; ++i) {
    EXPECT_EQ(first.at(i, 4).image, again.at(i, 4).image);
    EXPECT_EQ(first.at(i, 4).label, again.at(i, 4).label);
    if (first.at(i, 4).image != other.at(i, 4).image) ++differing;
  }
  EXPECT_EQ(differing, 10);
}

TEST_F(CameraFrames, AreNewInEveryEpoch) {
  const CameraDataset set = dataset(Split::train);
  EXPECT_NE(set.at(0, 0).image, set.at(0, 1).image);
}

TEST_F(CameraFrames, OfTrainingAndTestShareNoBackground) {
  const CameraDataset train = dataset(Split::train);
  const CameraDataset test = dataset(Split::test);
  std::set<std::string> used;
  for (std::uint64_t epoch = 0; epoch < 20; ++epoch) {
    for (std::int64_t i = 0; i < train.size(); ++i) used.insert(train.background_of(i, epoch));
  }
  EXPECT_GE(used.size(), 60U);  // of 28 + 42
  for (std::int64_t i = 0; i < test.size(); ++i) {
    EXPECT_EQ(used.count(test.background_of(i)), 0U) << test.background_of(i);
  }
}

TEST(FramesOfSplit, LeaveAGapBetweenTrainingAndTest) {
  for (const int frames : {20, 68, 270, 795}) {
    const FrameRange train = frames_of_split(frames, Split::train);
    const FrameRange test = frames_of_split(frames, Split::test);
    EXPECT_LT(train.end, test.first);
    EXPECT_EQ(test.end, frames);
    EXPECT_LT(test.first, test.end);
  }
}

TEST_F(CameraFrames, OfTheTestSetFollowTheVideo) {
  const CameraDataset test = dataset(Split::test);
  EXPECT_EQ(test.background_of(0), "a.avi:30");
  EXPECT_EQ(test.background_of(1), "a.avi:31");
  EXPECT_EQ(test.background_of(10), "b.avi:45");
}

TEST_F(CameraFrames, HoldAnObjectOnTheBackground) {
  const CameraDataset set = dataset(Split::test);
  std::set<int> labels;
  for (std::int64_t i = 0; i < set.size(); ++i) {
    const LabelledImage frame = set.at(i);
    labels.insert(frame.label);
    ASSERT_EQ(frame.image.pixels.size(), 64U * 48 * 3);
    int painted = 0;  // green is 60 in the background, times the light, give or take the noise
    for (std::size_t p = 1; p < frame.image.pixels.size(); p += 3) {
      if (frame.image.pixels[p] > 90) ++painted;
    }
    EXPECT_LT(painted, 64 * 48 / 2) << i;
  }
  EXPECT_EQ(labels.size(), 10U);
}

TEST_F(CameraFrames, NameTheVideoThatIsMissingOrTooShort) {
  CameraOptions options;
  options.objects = folder_.path();
  for (const char* name : {"none.avi", "short.avi"}) {
    write_video(folder_.path("short.avi"), 5);
    options.videos = {folder_.path(name)};
    try {
      CameraDataset set(options);
      ADD_FAILURE() << "no error for " << name;
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr(name));
    }
  }
}

TEST_F(CameraFrames, AreWrittenIntoAFolderPerClass) {
  const CameraDataset set = dataset(Split::test);
  write_labelled_frames(set, 3, folder_.path("out"));
  for (std::int64_t i = 0; i < 3; ++i) {
    const LabelledImage frame = set.at(i);
    const std::string file = folder_.path("out/") +
                             set.classes().at(static_cast<std::size_t>(frame.label)) +
                             "/frame_0000" + std::to_string(i) + ".png";
    const cv::Mat read = cv::imread(file);
    ASSERT_FALSE(read.empty()) << file;
    EXPECT_EQ(read.at<cv::Vec3b>(0, 0)[2], frame.image.pixels.at(0));  // OpenCV's red is last
  }
  folder_.write("blocked", {0});
  EXPECT_THROW(write_labelled_frames(set, 1, folder_.path("blocked")), RunError);
}

TEST_F(CameraFrames, AreResizedForTheNetwork) {
  const CameraDataset set = dataset(Split::test);
  const ResizedImages resized(set, 32, 40);
  const LabelledImage image = resized.at(2, 0);
  EXPECT_EQ(image.image.height, 32);
  EXPECT_EQ(image.image.width, 40);
  EXPECT_EQ(image.label, set.at(2).label);
  const Image flat{2, 2, 1, {10, 20, 30, 40}};
  EXPECT_THAT(resize_for_network(flat, 1, 1).pixels, testing::ElementsAre(25));
}

}  // namespace
}  // namespace branchline::branchy_models
