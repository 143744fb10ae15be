#pragma once

#include <string>
#include <utility>
#include <vector>

#include "branchy_models/labelled_images.h"

namespace branchline::branchy_models {

/// Pictures in a folder with one sub-folder per class, read when asked for and resized to the
/// network's size. Sub-folders and files are taken in the order of their names.
class ImageFolder : public LabelledImages {
 public:
  /// @param classes   what the labels mean; empty means the sub-folders' names in order
  /// @param channels  3 (RGB) or 1 (gray)
  /// @throws InputError when the folder is missing, has no pictures, or has a sub-folder that is no
  /// class.
  ImageFolder(const std::string& directory, std::vector<std::string> classes, int height, int width,
              int channels);

  std::int64_t size() const override { return static_cast<std::int64_t>(files_.size()); }

  /// @throws InputError naming the file when it is no picture.
  LabelledImage at(std::int64_t index, std::uint64_t epoch = 0) const override;

  const std::vector<std::string>& classes() const override { return classes_; }

 private:
  std::vector<std::string> classes_;
  std::vector<std::pair<std::string, int>> files_;  ///< path, label
  int height_;
  int width_;
  int channels_;
};

}  // namespace branchline::branchy_models
