#include "apps/lab/frame_source.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/videoio.hpp>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class FrameSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::temp_directory_path() / ("branchline_source_" + std::to_string(::getpid()) + "_" +
                                     testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void picture(const std::string& name, int grey) {
    const fs::path file = folder_ / name;
    fs::create_directories(file.parent_path());
    ASSERT_TRUE(cv::imwrite(file.string(), cv::Mat(8, 6, CV_8UC3, cv::Scalar::all(grey))));
  }

  std::string problem_of(const std::string& input) {
    try {
      open_frame_source(input);
    } catch (const InputError& error) {
      return error.what();
    }
    return "opened";
  }

  fs::path folder_;
};

TEST_F(FrameSourceTest, SubFoldersAreLabelsInSortedOrder) {
  picture("dog/b.png", 3);
  picture("cat/z.png", 2);
  picture("cat/a.png", 1);
  const auto source = open_frame_source(folder_.string());
  std::vector<std::string> seen;
  while (const auto frame = source->next()) {
    seen.push_back(*frame->label + std::to_string(frame->image.at<cv::Vec3b>(0, 0)[0]) + "#" +
                   std::to_string(frame->number));
  }
  EXPECT_THAT(seen, testing::ElementsAre("cat1#0", "cat2#1", "dog3#2"));
  EXPECT_THAT(source->description(), HasSubstr("3 pictures"));
  EXPECT_THAT(source->description(), HasSubstr("2 labels"));
}

TEST_F(FrameSourceTest, PicturesBesideEachOtherHaveNoLabel) {
  picture("a.png", 1);
  const auto source = open_frame_source(folder_.string());
  EXPECT_EQ(source->next()->label, std::nullopt);
  EXPECT_EQ(source->next(), std::nullopt);
  EXPECT_FALSE(source->live());
}

TEST_F(FrameSourceTest, ABrokenPictureIsToldAndTheNextOneComes) {
  std::ofstream(folder_ / "a.png") << "no picture";
  picture("b.png", 7);
  const auto source = open_frame_source(folder_.string());
  const auto broken = source->next();
  EXPECT_THAT(broken->problem, HasSubstr("a.png"));
  EXPECT_TRUE(broken->image.empty());
  EXPECT_TRUE(source->next()->problem.empty());
}

TEST_F(FrameSourceTest, ReadsAVideoWithItsRate) {
  const std::string file = (folder_ / "clip.avi").string();
  {
    cv::VideoWriter writer(file, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), 12, {64, 48});
    ASSERT_TRUE(writer.isOpened());
    for (int i = 0; i < 5; ++i) writer.write(cv::Mat(48, 64, CV_8UC3, cv::Scalar::all(40 * i)));
  }
  const auto source = open_frame_source(file);
  EXPECT_NEAR(source->own_rate().value_or(0), 12, 0.1);
  std::vector<cv::Mat> frames;
  while (const auto frame = source->next()) frames.push_back(frame->image);
  ASSERT_EQ(frames.size(), 5u);
  // Each frame keeps its own pixels although the reader goes on.
  EXPECT_LT(frames[0].at<cv::Vec3b>(0, 0)[0], 20);
  EXPECT_GT(frames[4].at<cv::Vec3b>(0, 0)[0], 140);
}

TEST_F(FrameSourceTest, SaysWhatIsWrongAndWhatToDo) {
  EXPECT_THAT(problem_of((folder_ / "nowhere").string()), HasSubstr("no such file or folder"));
  EXPECT_THAT(problem_of(folder_.string()), HasSubstr("holds no picture"));
  std::ofstream(folder_ / "notes.txt") << "text";
  EXPECT_THAT(problem_of((folder_ / "notes.txt").string()), HasSubstr("neither a picture nor"));
  EXPECT_THAT(problem_of("97"), HasSubstr("camera 97 cannot be opened"));
  EXPECT_THAT(problem_of("99999999999999999999"), HasSubstr("cannot be opened"));
}

}  // namespace
}  // namespace branchline::lab
