#include "branchy_models/stored_images.h"

#include "framework/base/error.h"

namespace branchline::branchy_models {

void StoredImages::add(const std::uint8_t* pixels, int label) {
  BL_EXPECT(label >= 0 && label < static_cast<int>(classes_.size()),
            "label " + std::to_string(label) + " has no class");
  pixels_.insert(pixels_.end(), pixels, pixels + image_bytes());
  labels_.push_back(label);
}

LabelledImage StoredImages::at(std::int64_t index, std::uint64_t) const {
  BL_EXPECT(index >= 0 && index < size(), "image " + std::to_string(index) + " does not exist");
  const auto i = static_cast<std::size_t>(index);
  const auto* first = pixels_.data() + i * image_bytes();
  return {{height_, width_, channels_, {first, first + image_bytes()}}, labels_[i]};
}

}  // namespace branchline::branchy_models
