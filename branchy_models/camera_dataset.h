#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "branchy_models/labelled_images.h"

namespace branchline::branchy_models {

/// Where Debian's package opencv-doc puts its videos.
constexpr const char* kCameraVideoDirectory = "/usr/share/doc/opencv-doc/examples/data";

struct CameraOptions {
  std::string objects = "/usr/share/datasets/fashion-mnist";
  std::vector<std::string> videos;  ///< files; empty means vtest.avi, Megamind.avi and tree.avi
  Split split = Split::test;
  std::uint64_t seed = 1;
  std::int64_t count = 2000;  ///< frames in the set (an epoch of it)
  int width = 320;            ///< of a frame
  int height = 240;
};

/// Camera frames with one labelled object each: a Fashion-MNIST object, scaled, rotated, tinted and
/// lit at random, on a real video frame, with the light and the noise of a camera over all. They
/// compress like camera frames, and the network must find the object before it can name it.
///
/// The training set uses the first 70 % of each video and Fashion-MNIST's training objects, the
/// test set the last 25 % and the test objects; so no background frame and no object is in both.
/// Frames of the test set follow each other in the video's time. The same options give the same
/// frames everywhere.
class CameraDataset : public LabelledImages {
 public:
  /// Reads the objects and decodes the backgrounds (some seconds, up to 70 MB).
  /// @throws InputError naming the file that is missing or holds no frames.
  explicit CameraDataset(const CameraOptions& options);
  ~CameraDataset() override;
  CameraDataset(CameraDataset&&) noexcept;

  std::int64_t size() const override;

  /// One frame, height x width RGB, and its label. About 1 ms; safe from several threads.
  LabelledImage at(std::int64_t index, std::uint64_t epoch = 0) const override;

  const std::vector<std::string>& classes() const override;

  /// "vtest.avi:612": video and frame number behind frame `index`.
  std::string background_of(std::int64_t index, std::uint64_t epoch = 0) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Another set's pictures at a network's size, resized as `resize_for_network` does.
class ResizedImages : public LabelledImages {
 public:
  /// @param images  must outlive this
  ResizedImages(const LabelledImages& images, int height, int width);

  std::int64_t size() const override { return images_.size(); }
  LabelledImage at(std::int64_t index, std::uint64_t epoch) const override;
  const std::vector<std::string>& classes() const override { return images_.classes(); }

 private:
  const LabelledImages& images_;
  int height_;
  int width_;
};

/// The picture at another size: averaged over the pixels it covers when made smaller, linear when
/// made larger.
Image resize_for_network(const Image& image, int height, int width);

/// Writes the first `count` frames as DIRECTORY/<class name>/frame_00012.png (or .jpg), what
/// `branchline run --input DIRECTORY` replays with labels.
/// @throws RunError when a file cannot be written.
void write_labelled_frames(const LabelledImages& images, std::int64_t count,
                           const std::string& directory, const std::string& extension = ".png");

}  // namespace branchline::branchy_models
