#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "framework/slice/slice_cache.h"

namespace branchline::profile {

/// Inputs to time a slice with, in the order of Slice::inputs(), the same at every call. Pictures
/// and floating values are noise (deviation 1), a model's own integer inputs zeros. Inner values
/// that are integers or booleans (sizes, indices) cannot be made up: they are computed by the units
/// before the slice, which are then compiled too.
/// @throws RunError when the units before the slice fail.
std::vector<at::Tensor> slice_inputs(std::shared_ptr<const model::Model> model,
                                     const UnitRanges& units, slice::SliceCache& cache);

}  // namespace branchline::profile
