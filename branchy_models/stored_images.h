#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "branchy_models/labelled_images.h"

namespace branchline::branchy_models {

/// A data set held in memory, all pictures behind each other.
class StoredImages : public LabelledImages {
 public:
  StoredImages(int height, int width, int channels, std::vector<std::string> classes)
      : height_(height), width_(width), channels_(channels), classes_(std::move(classes)) {}

  /// @param pixels  height x width x channels bytes
  void add(const std::uint8_t* pixels, int label);

  std::int64_t size() const override { return static_cast<std::int64_t>(labels_.size()); }
  LabelledImage at(std::int64_t index, std::uint64_t epoch = 0) const override;
  const std::vector<std::string>& classes() const override { return classes_; }

 private:
  std::size_t image_bytes() const {
    return static_cast<std::size_t>(height_) * static_cast<std::size_t>(width_) *
           static_cast<std::size_t>(channels_);
  }

  int height_;
  int width_;
  int channels_;
  std::vector<std::string> classes_;
  std::vector<std::uint8_t> pixels_;
  std::vector<int> labels_;
};

}  // namespace branchline::branchy_models
