#pragma once

#include "branchy_models/network.h"

namespace branchline::branchy_models {

/// A residual network with four exits: a stem, five residual blocks at 1/2, 1/2, 1/4, 1/4 and 1/8
/// of the input's size, exits after blocks 1, 2 and 4 and at the end. A DAG, not a chain: every
/// block has a cut of two tensors inside.
/// He et al., "Deep residual learning for image recognition", CVPR 2016; exits as in BranchyNet.
///
/// @param shape  at least 16 x 16 pixels.
Network build_b_resnet(const NetworkShape& shape);

}  // namespace branchline::branchy_models
