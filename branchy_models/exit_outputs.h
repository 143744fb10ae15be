#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "branchy_models/input_batch.h"
#include "branchy_models/labelled_images.h"

namespace torch::jit {
struct Module;
}

namespace branchline::branchy_models {

/// The logits of every exit for every image of a set, and the labels.
struct ExitOutputs {
  std::int64_t images = 0;
  std::int64_t classes = 0;
  std::vector<std::vector<float>> logits;  ///< per exit: images x classes, row-major
  std::vector<int> labels;

  std::size_t exits() const { return logits.size(); }
};

/// Share of images whose largest logit is the label's, per exit.
std::vector<double> accuracy_per_exit(const ExitOutputs& outputs);

/// Runs the module in evaluation mode, as it came: neither frozen nor optimised.
///
/// @param change  applied to every picture first (a codec's round trip, say); may be empty
/// @throws InputError (InputKind::model) when forward does not return one logits tensor per exit.
ExitOutputs run_exits(torch::jit::Module& module, const LabelledImages& images,
                      const Normalisation& normalisation,
                      const std::function<Image(const Image&)>& change = {});

}  // namespace branchline::branchy_models
