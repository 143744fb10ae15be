#include "branchy_models/augmentation.h"

#include <algorithm>
#include <cstddef>

namespace branchline::branchy_models {

Image augmented(const Image& image, const TrainingRecipe& recipe, RandomStream& random) {
  const bool mirror = recipe.is_mirrored && random.below(2) == 1;
  const int shift = recipe.shift;
  const int dx = shift > 0 ? static_cast<int>(random.below(2 * shift + 1)) - shift : 0;
  const int dy = shift > 0 ? static_cast<int>(random.below(2 * shift + 1)) - shift : 0;
  if (!mirror && dx == 0 && dy == 0) return image;

  Image result = image;
  std::uint8_t* out = result.pixels.data();
  for (int y = 0; y < image.height; ++y) {
    const int from_y = std::clamp(y + dy, 0, image.height - 1);
    for (int x = 0; x < image.width; ++x) {
      const int shifted = std::clamp(x + dx, 0, image.width - 1);
      const int from_x = mirror ? image.width - 1 - shifted : shifted;
      const std::size_t from =
          static_cast<std::size_t>((from_y * image.width + from_x) * image.channels);
      out = std::copy_n(image.pixels.data() + from, image.channels, out);
    }
  }
  return result;
}

}  // namespace branchline::branchy_models
