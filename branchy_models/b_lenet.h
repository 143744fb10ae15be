#pragma once

#include "branchy_models/network.h"

namespace branchline::branchy_models {

/// LeNet-5 with two early exits, as B-LeNet of BranchyNet (Teerapittayanon et al., ICPR 2016) with
/// one exit more: after the first convolution, after the second, and at the end.
///
/// @param shape  at least 16 x 16 pixels; Fashion-MNIST is 1 x 28 x 28.
Network build_b_lenet(const NetworkShape& shape);

}  // namespace branchline::branchy_models
