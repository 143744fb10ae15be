#include "framework/runtime/exit_confidence.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "framework/base/error.h"

namespace branchline::runtime {

double softmax_entropy(const Tensor& logits) {
  BL_EXPECT(logits.type == DType::f32, "logits are f32");
  const auto* values = static_cast<const float*>(logits.data.get());
  const auto count = static_cast<std::size_t>(element_count(logits.shape));
  const double largest = *std::max_element(values, values + count);
  double sum = 0, weighted = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double off = static_cast<double>(values[i]) - largest;
    sum += std::exp(off);
    weighted += off * std::exp(off);
  }
  const double entropy = std::log(sum) - weighted / sum;
  return std::isfinite(entropy) ? entropy : std::numeric_limits<double>::infinity();
}

ExitConfidence::ExitConfidence(const model::ModelManifest& manifest) {
  bool any = false;
  for (const model::ExitManifest& exit : manifest.exits) {
    thresholds_.push_back(exit.entropy_threshold);
    any = any || exit.entropy_threshold;
  }
  if (any) return;
  throw InputError("no exit has an entropy threshold", "Options::leave_early",
                   "measure them with `branchline calibrate MODEL.pt --data DIR`",
                   InputKind::model);
}

bool ExitConfidence::sure(int exit, const Tensor& logits) const {
  const auto index = static_cast<std::size_t>(exit);
  if (index >= thresholds_.size() || !thresholds_[index]) return false;
  return softmax_entropy(logits) < *thresholds_[index];
}

}  // namespace branchline::runtime
