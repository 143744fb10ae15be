#include "branchy_models/input_batch.h"

#include <ATen/ATen.h>

#include <array>

#include "framework/base/error.h"

namespace branchline::branchy_models {
namespace {

using NormalisationTable = std::array<float, 256>;

std::vector<NormalisationTable> normalisation_tables(const Normalisation& normalisation) {
  std::vector<NormalisationTable> tables(normalisation.mean.size());
  for (std::size_t channel = 0; channel < tables.size(); ++channel) {
    for (std::size_t value = 0; value < 256; ++value) {
      tables[channel][value] = (static_cast<float>(value) / 255.0F - normalisation.mean[channel]) /
                               normalisation.std[channel];
    }
  }
  return tables;
}

}  // namespace

at::Tensor make_input_batch(const std::vector<Image>& images, const Normalisation& normalisation) {
  BL_EXPECT(!images.empty(), "a batch needs an image");
  const Image& first = images.front();
  const auto channels = static_cast<std::size_t>(first.channels);
  BL_EXPECT(normalisation.mean.size() == channels && normalisation.std.size() == channels,
            "mean and std need one number per channel");
  const std::vector<NormalisationTable> tables = normalisation_tables(normalisation);
  at::Tensor batch = at::empty(
      {static_cast<std::int64_t>(images.size()), first.height, first.width, first.channels});
  float* out = batch.data_ptr<float>();
  for (const Image& image : images) {
    BL_EXPECT(image.pixels.size() == first.pixels.size(), "a batch's images have one size");
    for (std::size_t i = 0; i < image.pixels.size(); ++i) {
      *out++ = tables[i % channels][image.pixels[i]];
    }
  }
  return batch.permute({0, 3, 1, 2});
}

}  // namespace branchline::branchy_models
