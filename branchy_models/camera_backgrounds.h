#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "branchy_models/labelled_images.h"

namespace branchline::branchy_models {

/// A real video frame and where it comes from.
struct Background {
  Image image;         ///< RGB
  std::string source;  ///< "vtest.avi:612", for people and for the test of disjointness
};

/// Decodes evenly spaced frames of one part of a video: the first 70 % for training, the last 25 %
/// for testing; the gap keeps neighbouring frames, which are nearly equal, out of both.
///
/// @param at_most  frames
/// @throws InputError naming the video when it is missing or holds fewer than 20 frames.
std::vector<Background> decode_backgrounds(const std::string& video, Split split, int at_most,
                                           int width, int height);

/// First and one past the last frame of a split.
struct FrameRange {
  int first = 0;
  int end = 0;
};
FrameRange frames_of_split(int frames, Split split);

}  // namespace branchline::branchy_models
