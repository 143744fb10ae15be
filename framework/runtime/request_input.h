#pragma once

#include <vector>

#include "framework/model/model.h"
#include "framework/runtime/device_runner.h"

namespace branchline::runtime {

/// A request's inputs as unit 0 puts them out: pictures resized, everything copied, so that the
/// caller's buffers are free again at once.
/// @throws InputError saying which input does not fit and what the model takes.
FeatureMaps read_inputs(const model::Model& model, const std::vector<TensorView>& inputs);

/// Inputs of zeros, for warming up.
FeatureMaps blank_inputs(const model::Model& model);

}  // namespace branchline::runtime
