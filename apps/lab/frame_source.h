#pragma once

#include <cstdint>
#include <memory>
#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <vector>

namespace branchline::lab {

/// One picture to ask the network about.
struct SourceFrame {
  std::uint64_t number = 0;          ///< from 0, in the source's order
  cv::Mat image;                     ///< BGR, 8 bit, 3 channels; empty when `problem` is not
  std::optional<std::string> label;  ///< sub-folder of a picture; none for videos and cameras
  std::string name;                  ///< file, or "vtest.avi #17"
  std::string problem;               ///< why this one could not be read; empty when it could
};

/// Where frames come from. One owner, one thread.
class FrameSource {
 public:
  virtual ~FrameSource() = default;

  /// The next frame, or nothing at the end. A picture that cannot be read comes as a frame with a
  /// `problem`, so that none is lost silently.
  virtual std::optional<SourceFrame> next() = 0;

  /// Frames arrive when the camera says, not when a schedule does.
  virtual bool live() const = 0;

  /// Frames per second the source was made with; nullopt for pictures.
  virtual std::optional<double> own_rate() const = 0;

  /// For people: "600 pictures in val (10 labels)".
  virtual std::string description() const = 0;
};

/// Opens a folder of pictures (sub-folder name = label, sorted by label and then name), a video, a
/// single picture or, when `input` is a number, that camera.
/// @param named_by  the flag or key that named it
/// @throws InputError naming both: it does not exist, holds no picture, or cannot be opened.
std::unique_ptr<FrameSource> open_frame_source(const std::string& input,
                                               const std::string& named_by = "--input");

/// Pictures that are in memory already; `frames` are numbered anew.
std::unique_ptr<FrameSource> frames_in_memory(std::vector<SourceFrame> frames);

}  // namespace branchline::lab
