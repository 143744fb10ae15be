#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "branchy_models/training.h"
#include "framework/model/model_manifest.h"

namespace branchline::branchy_models {

/// What `branchline train` is asked for.
struct ZooTrainingRequest {
  std::string network;              ///< of the zoo
  std::string data;                 ///< folder of Fashion-MNIST or CIFAR-10
  std::vector<std::string> videos;  ///< camera networks only; empty means opencv-doc's
  std::string output;               ///< the model file; its checkpoint is <output>.ckpt
  std::optional<int> epochs;        ///< in place of the recipe's
  std::optional<double> learning_rate;
  std::optional<std::int64_t> samples;  ///< camera networks only: frames in an epoch
  std::uint64_t seed = 1;
  bool resume = false;
  std::function<void(const TrainingProgress&)> on_progress;
};

/// Builds, trains and calibrates a network of the zoo and writes it with its manifest. The
/// checkpoint is removed once the model is written.
/// @returns the manifest that was written.
/// @throws InputError for an unknown network, missing data or a checkpoint that does not fit;
/// RunError when a file cannot be written.
model::ModelManifest train_zoo_model(const ZooTrainingRequest& request);

}  // namespace branchline::branchy_models
