#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "framework/base/unit_ranges.h"
#include "framework/model/model.h"

namespace branchline::profile {

/// Inputs to time a slice of these units with, in the order of Slice::inputs(), the same at every
/// call. Pictures and floating values are noise (deviation 1), a model's own integer inputs zeros.
/// Inner values that are integers or booleans (sizes, indices) cannot be made up: the units before
/// the slice compute them, in plain form.
/// @throws RunError when the units before the slice fail.
std::vector<at::Tensor> slice_inputs(const model::Model& model, const UnitRanges& units);

}  // namespace branchline::profile
