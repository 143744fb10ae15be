#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace branchline::branchy_models {

/// An 8-bit picture: height x width x channels, row-major; 3 channels are RGB, 1 is gray.
struct Image {
  int height = 0;
  int width = 0;
  int channels = 0;
  std::vector<std::uint8_t> pixels;

  friend bool operator==(const Image&, const Image&) = default;
};

struct LabelledImage {
  Image image;
  int label = 0;  ///< index into classes()
};

/// Which part of a data set: for training, or for testing what was trained.
enum class Split { train, test };

/// A data set: pictures of one size with labels.
class LabelledImages {
 public:
  virtual ~LabelledImages() = default;

  virtual std::int64_t size() const = 0;

  /// @param index  0 <= index < size()
  /// @param epoch  generated sets make other pictures in each epoch; stored sets ignore it
  virtual LabelledImage at(std::int64_t index, std::uint64_t epoch) const = 0;

  virtual const std::vector<std::string>& classes() const = 0;
};

/// The first `count` images of a set (all, where it has fewer). Does not own the set.
class FirstImages : public LabelledImages {
 public:
  FirstImages(const LabelledImages& images, std::int64_t count)
      : images_(images), size_(count < images.size() ? count : images.size()) {}

  std::int64_t size() const override { return size_; }
  LabelledImage at(std::int64_t index, std::uint64_t epoch) const override {
    return images_.at(index, epoch);
  }
  const std::vector<std::string>& classes() const override { return images_.classes(); }

 private:
  const LabelledImages& images_;
  std::int64_t size_;
};

}  // namespace branchline::branchy_models
