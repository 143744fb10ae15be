#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "branchy_models/labelled_images.h"

namespace branchline::branchy_models {

/// (pixel / 255 - mean) / std, per channel.
struct Normalisation {
  std::vector<float> mean;
  std::vector<float> std;
};

/// Pictures of one size as the f32 NCHW batch a network sees (channels-last in memory, which trains
/// up to twice as fast on a CPU).
at::Tensor make_input_batch(const std::vector<Image>& images, const Normalisation& normalisation);

}  // namespace branchline::branchy_models
