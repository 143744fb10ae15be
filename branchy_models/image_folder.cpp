#include "branchy_models/image_folder.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "branchy_models/camera_dataset.h"
#include "framework/base/error.h"

namespace branchline::branchy_models {
namespace {

namespace fs = std::filesystem;

bool is_picture(const fs::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  static const std::vector<std::string> known = {".png", ".jpg", ".jpeg", ".bmp", ".webp", ".ppm"};
  return std::find(known.begin(), known.end(), extension) != known.end();
}

std::vector<fs::path> sorted_entries(const fs::path& folder) {
  std::vector<fs::path> entries;
  for (const auto& entry : fs::directory_iterator(folder)) entries.push_back(entry.path());
  std::sort(entries.begin(), entries.end());
  return entries;
}

std::vector<fs::path> class_folders(const std::string& directory) {
  if (!fs::is_directory(directory)) throw InputError("is no folder", directory);
  std::vector<fs::path> folders;
  for (const fs::path& entry : sorted_entries(directory)) {
    if (fs::is_directory(entry)) folders.push_back(entry);
  }
  return folders;
}

int label_of(const std::vector<std::string>& classes, const fs::path& folder) {
  const auto found = std::find(classes.begin(), classes.end(), folder.filename().string());
  if (found == classes.end()) {
    throw InputError("is named after no class of the model", folder.string(),
                     "name each sub-folder as the model's manifest names the class");
  }
  return static_cast<int>(found - classes.begin());
}

}  // namespace

ImageFolder::ImageFolder(const std::string& directory, std::vector<std::string> classes, int height,
                         int width, int channels)
    : classes_(std::move(classes)), height_(height), width_(width), channels_(channels) {
  const std::vector<fs::path> folders = class_folders(directory);
  if (classes_.empty()) {
    for (const fs::path& folder : folders) classes_.push_back(folder.filename().string());
  }
  for (const fs::path& folder : folders) {
    const int label = label_of(classes_, folder);
    for (const fs::path& file : sorted_entries(folder)) {
      if (is_picture(file)) files_.emplace_back(file.string(), label);
    }
  }
  if (files_.empty()) {
    throw InputError("holds no pictures in sub-folders", directory,
                     "put the pictures of each class into a sub-folder of the class's name");
  }
}

LabelledImage ImageFolder::at(std::int64_t index, std::uint64_t) const {
  const auto& [file, label] = files_.at(static_cast<std::size_t>(index));
  const bool is_colour = channels_ == 3;
  cv::Mat pixels = cv::imread(file, is_colour ? cv::IMREAD_COLOR : cv::IMREAD_GRAYSCALE);
  if (pixels.empty()) throw InputError("cannot be read as a picture", file, "remove the file");
  if (is_colour) cv::cvtColor(pixels, pixels, cv::COLOR_BGR2RGB);
  Image image{pixels.rows, pixels.cols, channels_, {}};
  image.pixels.assign(pixels.data, pixels.data + pixels.total() * pixels.elemSize());
  return {resize_for_network(image, height_, width_), label};
}

}  // namespace branchline::branchy_models
