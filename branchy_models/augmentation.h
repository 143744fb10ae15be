#pragma once

#include "branchy_models/labelled_images.h"
#include "branchy_models/random_stream.h"
#include "branchy_models/training.h"

namespace branchline::branchy_models {

/// The picture mirrored and shifted at random as the recipe says; edges are repeated.
Image augmented(const Image& image, const TrainingRecipe& recipe, RandomStream& random);

}  // namespace branchline::branchy_models
