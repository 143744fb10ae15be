#pragma once

#include <optional>
#include <vector>

#include "framework/base/tensor.h"
#include "framework/model/model_manifest.h"

namespace branchline::runtime {

/// Entropy of the softmax of one row of f32 logits, in nats; infinite when a logit is not finite.
double softmax_entropy(const Tensor& logits);

/// Which of a network's exits are sure enough of an answer to give it at once: those whose softmax
/// entropy is below the threshold that `branchline calibrate` found for the exit. A value; safe
/// from any thread. Teerapittayanon et al., "BranchyNet", ICPR 2016.
class ExitConfidence {
 public:
  /// Nothing is ever sure: every plan is carried out.
  ExitConfidence() = default;

  /// @throws InputError (InputKind::model) when the manifest has no threshold for any exit
  explicit ExitConfidence(const model::ModelManifest& manifest);

  bool any() const noexcept { return !thresholds_.empty(); }

  /// @param exit  index from 0; the last exit is never asked
  bool sure(int exit, const Tensor& logits) const;

 private:
  std::vector<std::optional<double>> thresholds_;  // nats, by exit
};

}  // namespace branchline::runtime
