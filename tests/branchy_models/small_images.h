#pragma once

#include "branchy_models/random_stream.h"
#include "branchy_models/stored_images.h"

namespace branchline::branchy_models {

/// Noise of 32 x 32 x 3 with a bright square whose corner is the class: four classes that a small
/// network learns in a few steps.
inline StoredImages corner_images(std::int64_t count, std::uint64_t seed) {
  StoredImages set(32, 32, 3, {"top-left", "top-right", "bottom-left", "bottom-right"});
  for (std::int64_t i = 0; i < count; ++i) {
    RandomStream random({seed, static_cast<std::uint64_t>(i)});
    const int label = static_cast<int>(i % 4);
    std::vector<std::uint8_t> pixels(32 * 32 * 3);
    for (std::size_t p = 0; p < pixels.size(); ++p) {
      const std::size_t y = p / 96;
      const std::size_t x = p % 96 / 3;
      const bool is_bright = (y >= 16) == (label >= 2) && (x >= 16) == (label % 2 == 1);
      pixels[p] = static_cast<std::uint8_t>(random.below(100) + (is_bright ? 150 : 0));
    }
    set.add(pixels.data(), label);
  }
  return set;
}

}  // namespace branchline::branchy_models
