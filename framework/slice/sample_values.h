#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "framework/model/model.h"
#include "framework/slice/slice.h"

namespace branchline::slice {

/// Random inputs as the model expects them: pixels 0..255 for u8, a normal distribution for floats,
/// 0 or 1 for everything else (any table an index could point into has two rows).
std::vector<at::Tensor> random_inputs(const model::Model& model, std::int64_t batch,
                                      std::uint64_t seed);

/// Runs the units that `wanted` needs, in plain form, on the model's inputs.
/// @returns the wanted values. @throws RunError naming the operator that fails.
Values values_for(const model::Model& model, const std::vector<at::Tensor>& inputs,
                  const std::vector<ValueId>& wanted);

}  // namespace branchline::slice
