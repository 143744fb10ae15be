// The example robot: alone, with a real branchlined, and with what is not there.

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "tests/apps/programs/programs.h"
#include "tests/branchy_models/temporary_folder.h"

namespace branchline::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using Folder = branchy_models::TemporaryFolder;

constexpr int kFrames = 12;

/// Numbered pictures, as VideoCapture reads them.
std::string numbered_pictures(const Folder& folder) {
  write_pictures(folder.path("labelled"), kFrames);
  std::filesystem::create_directories(folder.path("frames"));
  int number = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path("labelled"))) {
    if (!entry.is_regular_file()) continue;
    char name[16];
    std::snprintf(name, sizeof name, "%05d.png", number++);
    std::filesystem::copy_file(entry.path(), folder.path("frames/") + name);
  }
  return folder.path("frames/%05d.png");
}

/// One line a frame: where to drive, or why to stop. On a machine that is free enough for one
/// answer in twelve within the robot's 100 ms, it also drives.
void expect_a_decision_per_frame(const std::string& output) {
  std::istringstream lines(output);
  int decisions = 0;
  int drives = 0;
  for (std::string line; std::getline(lines, line); ++decisions) {
    const bool drive = line.rfind("drive: ", 0) == 0;
    drives += drive ? 1 : 0;
    if (drive) {
      EXPECT_THAT(line, MatchesRegex("drive: [a-z-]+ \\(exit [1-4] on (device|split|edge), "
                                     "[0-9]+\\.[0-9] ms\\)"));
    } else {
      EXPECT_THAT(line, MatchesRegex("stop: .+"));
    }
  }
  EXPECT_EQ(decisions, kFrames) << output;
  EXPECT_GT(drives, 0) << output;
}

TEST(RobotCamera, DrivesAlone) {
  const Folder folder;
  const Finished robot =
      run_program({ROBOT_CAMERA, shipped("b_camera.pt"), numbered_pictures(folder)});
  EXPECT_EQ(robot.code, 0) << robot.err;
  expect_a_decision_per_frame(robot.out);
  EXPECT_EQ(robot.err, "");
}

TEST(RobotCamera, DrivesWithAnEdge) {
  const Folder folder;
  RunningEdge edge(shipped("b_camera.pt"));
  const Finished robot = run_program(
      {ROBOT_CAMERA, shipped("b_camera.pt"), numbered_pictures(folder), edge.address()});
  EXPECT_EQ(robot.code, 0) << robot.err;
  expect_a_decision_per_frame(robot.out);
  EXPECT_THAT(edge.stop(), HasSubstr("connected")) << "it found the edge";
}

TEST(RobotCamera, DrivesOnWhereNoEdgeListens) {
  const Folder folder;
  const Finished robot = run_program(
      {ROBOT_CAMERA, shipped("b_lenet-fashion.pt"), numbered_pictures(folder), "127.0.0.1:1"});
  EXPECT_EQ(robot.code, 0) << robot.err;
  expect_a_decision_per_frame(robot.out);
}

TEST(RobotCamera, NamesWhatIsNotThere) {
  const Folder folder;
  const Finished model = run_program({ROBOT_CAMERA, "nowhere.pt", numbered_pictures(folder)});
  EXPECT_EQ(model.code, 1);
  EXPECT_EQ(model.err, "robot_camera: nowhere.pt: no such file\n");
  const Finished video = run_program({ROBOT_CAMERA, shipped("b_lenet-fashion.pt"), "nowhere.avi"});
  EXPECT_EQ(video.code, 1);
  EXPECT_THAT(video.err, HasSubstr("robot_camera: no camera or video: nowhere.avi"));
  const Finished nothing = run_program({ROBOT_CAMERA, shipped("b_lenet-fashion.pt"), ""});
  EXPECT_EQ(nothing.code, 1);
  EXPECT_THAT(nothing.err, HasSubstr("robot_camera: no camera or video: "));
  EXPECT_EQ(run_program({ROBOT_CAMERA}).code, 2);
}

}  // namespace
}  // namespace branchline::testing
