#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "framework/base/tensor.h"

namespace branchline::testing {

/// Writes a small network with three exits of four classes each and returns its file. The input is
/// a picture {8, 8, 3}; the third exit costs some milliseconds, the others next to nothing. The
/// same `seed` gives the same weights.
///
///     picture ─► trunk 1 ─► trunk 2 ─► trunk 3 ─► exit 3
///                   └► exit 1  └► exit 2
std::string write_tiny_network(const std::string& folder, int seed = 1);

/// Writes a network that bakes a batch of 1 into a reshape, and returns its file; one exit of four
/// classes, the same input.
std::string write_baked_network(const std::string& folder);

/// Largest difference of an answer's logits from the whole network's, over the largest of these.
double relative_error(const at::Tensor& whole, const Tensor& answer);

}  // namespace branchline::testing
