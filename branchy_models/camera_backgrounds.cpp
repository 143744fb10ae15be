#include "branchy_models/camera_backgrounds.h"

#include <algorithm>
#include <filesystem>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>

#include "framework/base/error.h"

namespace branchline::branchy_models {
namespace {

constexpr int kFewestFrames = 20;

/// Containers lie about their number of frames, so they are counted.
int count_frames(const std::string& video) {
  cv::VideoCapture capture(video);
  int frames = 0;
  while (capture.isOpened() && capture.grab()) ++frames;
  if (frames < kFewestFrames) {
    throw InputError("holds " + std::to_string(frames) + " frames that can be decoded", video,
                     "install Debian's opencv-doc, or name another video");
  }
  return frames;
}

Image to_rgb(const cv::Mat& bgr, int width, int height) {
  cv::Mat resized;
  cv::resize(bgr, resized, {width, height}, 0, 0, cv::INTER_AREA);
  Image image{height, width, 3, {}};
  image.pixels.resize(static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * 3);
  cv::Mat rgb(height, width, CV_8UC3, image.pixels.data());
  cv::cvtColor(resized, rgb, cv::COLOR_BGR2RGB);
  return image;
}

}  // namespace

FrameRange frames_of_split(int frames, Split split) {
  return split == Split::train ? FrameRange{0, frames * 70 / 100}
                               : FrameRange{frames * 75 / 100, frames};
}

std::vector<Background> decode_backgrounds(const std::string& video, Split split, int at_most,
                                           int width, int height) {
  const FrameRange range = frames_of_split(count_frames(video), split);
  const int stride = std::max(1, (range.end - range.first + at_most - 1) / at_most);
  const std::string name = std::filesystem::path(video).filename().string();

  std::vector<Background> backgrounds;
  cv::VideoCapture capture(video);
  cv::Mat frame;
  for (int number = 0; number < range.end && capture.grab(); ++number) {
    if (number < range.first || (number - range.first) % stride != 0) continue;
    if (!capture.retrieve(frame)) continue;
    backgrounds.push_back({to_rgb(frame, width, height), name + ":" + std::to_string(number)});
  }
  return backgrounds;
}

}  // namespace branchline::branchy_models
