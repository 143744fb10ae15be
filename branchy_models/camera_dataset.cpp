#include "branchy_models/camera_dataset.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <numbers>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "branchy_models/camera_backgrounds.h"
#include "branchy_models/fashion_mnist.h"
#include "branchy_models/random_stream.h"
#include "framework/base/error.h"

namespace branchline::branchy_models {
namespace {

constexpr std::size_t kNoiseLength = 1 << 16;
constexpr double kNoiseDeviation = 2.5;     // grey levels: a small camera's sensor indoors
constexpr double kBackgroundMargin = 1.25;  // backgrounds are larger than frames: the camera moves
constexpr int kBackgroundsPerVideo = 100;

std::vector<std::int8_t> sensor_noise() {
  RandomStream random({0x6e6f697365});
  std::vector<std::int8_t> noise(kNoiseLength);
  for (std::int8_t& value : noise) {
    double sum = 0;  // of 12 uniform numbers: nearly normal, deviation 1
    for (int i = 0; i < 12; ++i) sum += random.uniform(-0.5, 0.5);
    value = static_cast<std::int8_t>(std::lround(sum * kNoiseDeviation));
  }
  return noise;
}

std::vector<std::string> default_videos() {
  std::vector<std::string> videos;
  for (const char* name : {"vtest.avi", "Megamind.avi", "tree.avi"}) {
    videos.push_back(std::string(kCameraVideoDirectory) + "/" + name);
  }
  return videos;
}

/// How the object stands in the frame; every number is in pixels of the frame or a factor.
struct Pose {
  double size = 0;
  double centre_x = 0;
  double centre_y = 0;
  double angle = 0;  ///< radians
  bool is_mirrored = false;
  std::array<double, 3> tint{};
  double light_slope = 0;  ///< change of light from the object's left to its right edge
};

Pose draw_pose(RandomStream& random, int width, int height) {
  Pose pose;
  pose.size = random.uniform(0.30, 0.62) * height;
  const double half = pose.size / 2;
  pose.centre_x = random.uniform(half, width - half);
  pose.centre_y = random.uniform(half, height - half);
  pose.angle = random.uniform(-20, 20) * std::numbers::pi / 180;
  pose.is_mirrored = random.below(2) == 1;
  const double light = random.uniform(0.65, 1.15);
  for (double& channel : pose.tint) channel = light * random.uniform(0.55, 1.0);
  pose.light_slope = random.uniform(-0.4, 0.4);
  return pose;
}

/// Maps the object's pixels onto the frame's.
cv::Matx23d object_to_frame(const Pose& pose, double object_side) {
  const double scale = pose.size / object_side;
  const double mirror = pose.is_mirrored ? -1 : 1;
  const double c = std::cos(pose.angle) * scale;
  const double s = std::sin(pose.angle) * scale;
  const double middle = (object_side - 1) / 2;
  return {c * mirror, -s, pose.centre_x - (c * mirror - s) * middle,
          s * mirror, c,  pose.centre_y - (s * mirror + c) * middle};
}

cv::Rect box_around(const Pose& pose, int width, int height) {
  const int reach = static_cast<int>(std::ceil(pose.size * 0.72)) + 2;
  const cv::Rect box(static_cast<int>(pose.centre_x) - reach,
                     static_cast<int>(pose.centre_y) - reach, 2 * reach, 2 * reach);
  return box & cv::Rect(0, 0, width, height);
}

/// Paints a gray object: dark pixels belong to it unless they are the black around it.
void paint_object(const Image& object, const Pose& pose, cv::Mat& frame) {
  const cv::Mat gray(object.height, object.width, CV_8UC1,
                     const_cast<std::uint8_t*>(object.pixels.data()));
  const cv::Mat cover = gray * 8;  // saturates: everything but black covers fully
  const cv::Rect box = box_around(pose, frame.cols, frame.rows);
  cv::Matx23d map = object_to_frame(pose, object.width);
  map(0, 2) -= box.x;
  map(1, 2) -= box.y;
  cv::Mat shade;
  cv::Mat alpha;
  cv::warpAffine(gray, shade, map, box.size(), cv::INTER_CUBIC);
  cv::warpAffine(cover, alpha, map, box.size(), cv::INTER_LINEAR);
  for (int y = 0; y < box.height; ++y) {
    auto* pixel = frame.ptr<cv::Vec3b>(box.y + y) + box.x;
    for (int x = 0; x < box.width; ++x) {
      const double a = alpha.at<std::uint8_t>(y, x) / 255.0;
      if (a == 0) continue;
      const double across = (box.x + x - pose.centre_x) / pose.size;
      const double light =
          (40 + 0.84 * shade.at<std::uint8_t>(y, x)) * (1 + pose.light_slope * across);
      for (int channel = 0; channel < 3; ++channel) {
        const double colour = light * pose.tint[static_cast<std::size_t>(channel)];
        pixel[x][channel] =
            cv::saturate_cast<std::uint8_t>((1 - a) * pixel[x][channel] + a * colour);
      }
    }
  }
}

/// The part of the background that the camera sees, as a new picture.
cv::Mat cut_out(const Image& background, int left, int top, int width, int height,
                bool is_mirrored) {
  const cv::Mat whole(background.height, background.width, CV_8UC3,
                      const_cast<std::uint8_t*>(background.pixels.data()));
  cv::Mat part;
  if (is_mirrored) {
    cv::flip(whole(cv::Rect(left, top, width, height)), part, 1);
  } else {
    part = whole(cv::Rect(left, top, width, height)).clone();
  }
  return part;
}

Image expose(const cv::Mat& frame, double gain, const std::vector<std::int8_t>& noise,
             std::size_t noise_start) {
  Image image{frame.rows, frame.cols, 3, {}};
  const std::size_t bytes = frame.total() * 3;
  image.pixels.resize(bytes);
  const int factor = static_cast<int>(gain * 256);
  const std::uint8_t* in = frame.data;
  for (std::size_t i = 0; i < bytes; ++i) {
    const int value = ((in[i] * factor) >> 8) + noise[(i + noise_start) % kNoiseLength];
    image.pixels[i] = static_cast<std::uint8_t>(std::clamp(value, 0, 255));
  }
  return image;
}

}  // namespace

struct CameraDataset::State {
  CameraOptions options;
  StoredImages objects;
  std::vector<Background> backgrounds;
  std::vector<std::int8_t> noise = sensor_noise();

  RandomStream random_of(std::int64_t index, std::uint64_t epoch) const {
    const auto split = static_cast<std::uint64_t>(options.split);
    return RandomStream({options.seed, split, epoch, static_cast<std::uint64_t>(index)});
  }

  /// Training draws any background; the test set plays them in the video's order.
  const Background& background(std::int64_t index, std::uint64_t epoch) const {
    const auto count = static_cast<std::int64_t>(backgrounds.size());
    const bool is_train = options.split == Split::train;
    const std::int64_t number = is_train ? random_of(index, epoch).below(count) : index % count;
    return backgrounds[static_cast<std::size_t>(number)];
  }
};

CameraDataset::CameraDataset(const CameraOptions& options)
    : state_(new State{options, read_fashion_mnist(options.objects, options.split), {}}) {
  if (state_->options.videos.empty()) state_->options.videos = default_videos();
  const int width = static_cast<int>(options.width * kBackgroundMargin);
  const int height = static_cast<int>(options.height * kBackgroundMargin);
  for (const std::string& video : state_->options.videos) {
    for (Background& background :
         decode_backgrounds(video, options.split, kBackgroundsPerVideo, width, height)) {
      state_->backgrounds.push_back(std::move(background));
    }
  }
}

CameraDataset::~CameraDataset() = default;
CameraDataset::CameraDataset(CameraDataset&&) noexcept = default;

std::int64_t CameraDataset::size() const { return state_->options.count; }

LabelledImage CameraDataset::at(std::int64_t index, std::uint64_t epoch) const {
  BL_EXPECT(index >= 0 && index < size(), "frame " + std::to_string(index) + " does not exist");
  const CameraOptions& options = state_->options;
  const Image& background = state_->background(index, epoch).image;
  RandomStream random = state_->random_of(index, epoch);
  random.next();  // the background's draw

  const auto left = static_cast<int>(random.below(background.width - options.width + 1));
  const auto top = static_cast<int>(random.below(background.height - options.height + 1));
  const bool is_mirrored = options.split == Split::train && random.below(2) == 1;
  cv::Mat frame = cut_out(background, left, top, options.width, options.height, is_mirrored);

  const LabelledImage object = state_->objects.at(random.below(state_->objects.size()));
  paint_object(object.image, draw_pose(random, options.width, options.height), frame);
  const double gain = random.uniform(0.75, 1.2);
  const auto noise_start = static_cast<std::size_t>(random.below(kNoiseLength));
  return {expose(frame, gain, state_->noise, noise_start), object.label};
}

const std::vector<std::string>& CameraDataset::classes() const { return state_->objects.classes(); }

std::string CameraDataset::background_of(std::int64_t index, std::uint64_t epoch) const {
  return state_->background(index, epoch).source;
}

ResizedImages::ResizedImages(const LabelledImages& images, int height, int width)
    : images_(images), height_(height), width_(width) {}

LabelledImage ResizedImages::at(std::int64_t index, std::uint64_t epoch) const {
  LabelledImage labelled = images_.at(index, epoch);
  labelled.image = resize_for_network(labelled.image, height_, width_);
  return labelled;
}

Image resize_for_network(const Image& image, int height, int width) {
  if (image.height == height && image.width == width) return image;
  const int type = image.channels == 3 ? CV_8UC3 : CV_8UC1;
  const cv::Mat from(image.height, image.width, type,
                     const_cast<std::uint8_t*>(image.pixels.data()));
  Image result{height, width, image.channels, {}};
  result.pixels.resize(static_cast<std::size_t>(height) * static_cast<std::size_t>(width) *
                       static_cast<std::size_t>(image.channels));
  cv::Mat to(height, width, type, result.pixels.data());
  const bool is_smaller = height <= image.height && width <= image.width;
  cv::resize(from, to, to.size(), 0, 0, is_smaller ? cv::INTER_AREA : cv::INTER_LINEAR);
  return result;
}

void write_labelled_frames(const LabelledImages& images, std::int64_t count,
                           const std::string& directory, const std::string& extension) {
  for (std::int64_t i = 0; i < std::min(count, images.size()); ++i) {
    const LabelledImage labelled = images.at(i, 0);
    const auto folder = std::filesystem::path(directory) /
                        images.classes()[static_cast<std::size_t>(labelled.label)];
    std::array<char, 32> name{};
    std::snprintf(name.data(), name.size(), "frame_%05lld", static_cast<long long>(i));
    const std::string file = (folder / (name.data() + extension)).string();
    try {
      std::filesystem::create_directories(folder);
      cv::Mat bgr;
      const Image& image = labelled.image;
      cv::cvtColor(cv::Mat(image.height, image.width, CV_8UC3,
                           const_cast<std::uint8_t*>(image.pixels.data())),
                   bgr, cv::COLOR_RGB2BGR);
      if (!cv::imwrite(file, bgr)) throw RunError("OpenCV refused");
    } catch (const std::exception& error) {
      throw RunError(file + ": cannot be written: " + error.what());
    }
  }
}

}  // namespace branchline::branchy_models
