#include "tests/apps/programs/programs.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <opencv2/imgcodecs.hpp>

namespace branchline::testing {

std::string shipped(const std::string& name) {
  return std::string(BRANCHLINE_SOURCE_DIR) + "/branchy_models/pretrained/" + name;
}

std::vector<std::string> branchline_command(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), BRANCHLINE);
  return arguments;
}

Finished branchline(std::vector<std::string> arguments, std::vector<std::string> environment) {
  return run_program(branchline_command(std::move(arguments)), std::move(environment));
}

std::string pedestrian_video() {
  const std::string file = "/usr/share/doc/opencv-doc/examples/data/vtest.avi";
  return std::filesystem::exists(file) ? file : "";
}

void write_pictures(const std::filesystem::path& folder, int count) {
  for (int i = 0; i < count; ++i) {
    const std::filesystem::path label = folder / (i % 2 == 0 ? "bag" : "sneaker");
    std::filesystem::create_directories(label);
    cv::Mat picture(48, 64, CV_8UC3);
    for (int y = 0; y < picture.rows; ++y) {
      for (int x = 0; x < picture.cols; ++x) {
        picture.at<cv::Vec3b>(y, x) = {static_cast<std::uint8_t>(4 * x + 20 * i),
                                       static_cast<std::uint8_t>(5 * y), 128};
      }
    }
    cv::imwrite((label / (std::to_string(100 + i) + ".png")).string(), picture);
  }
}

RunningEdge::RunningEdge(const std::string& model)
    : process_({BRANCHLINED, "--models", model, "--listen", "127.0.0.1:0", "-v"}) {
  const std::string line = process_.line();
  EXPECT_EQ(line.rfind("listening on 127.0.0.1:", 0), 0u) << line << process_.errors();
  address_ = line.substr(line.rfind(' ') + 1);
}

std::string RunningEdge::stop() {
  process_.signal(SIGTERM);
  EXPECT_EQ(process_.wait(), 0);
  return process_.errors();
}

}  // namespace branchline::testing
