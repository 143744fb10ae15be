#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "branchy_models/input_batch.h"
#include "branchy_models/labelled_images.h"
#include "branchy_models/network.h"

namespace branchline::branchy_models {

/// How a network is trained: BranchyNet's joint loss, sum over the exits of weight times cross
/// entropy, AdamW, a one-cycle learning rate (up for the first fifth, then a cosine to zero).
struct TrainingRecipe {
  int epochs = 10;
  std::int64_t batch = 64;
  double learning_rate = 2e-3;  ///< the peak
  double weight_decay = 5e-2;   ///< decoupled
  double label_smoothing = 0;
  std::vector<double> exit_weights;  ///< one per exit; empty means 1 for each
  bool is_mirrored = false;          ///< augmentation: half of the pictures left to right
  int shift = 0;                     ///< augmentation: up to so many pixels in each direction
};

struct TrainingProgress {
  int epoch = 0;  ///< 1-based
  int epochs = 0;
  std::int64_t step = 0;  ///< 1-based, within the epoch; == steps ends the epoch
  std::int64_t steps = 0;
  double loss = 0;  ///< mean over the epoch so far
};

struct TrainingRun {
  std::uint64_t seed = 1;
  std::string checkpoint_file;  ///< written after each epoch, by renaming; empty means none
  bool resume = false;          ///< continue from checkpoint_file
  std::function<void(const TrainingProgress&)> on_progress;  ///< after every step; may be empty
};

/// Trains the network in place. The same network, data, recipe and seed give the same weights on
/// the same machine and LibTorch; a run resumed from a checkpoint gives those of an uninterrupted
/// one.
/// @throws InputError when the checkpoint is missing or belongs to another network, recipe or seed;
/// RunError when the loss is no longer finite or the checkpoint cannot be written.
void train(Network& network, const LabelledImages& images, const Normalisation& normalisation,
           const TrainingRecipe& recipe, const TrainingRun& run);

}  // namespace branchline::branchy_models
