#pragma once

#include "branchy_models/network.h"

namespace branchline::branchy_models {

/// AlexNet with Edgent's five exits: sub-models of 12, 16, 19, 20 and 22 layers, counting
/// convolutions, relus, pools, local response norms, dropouts and linear layers as the paper does.
/// The paper names the counts and not the layers; docs/models.md lists ours.
/// Li, Zhou, Chen, "Edge intelligence: on-demand deep learning model co-inference with device-edge
/// synergy", MECOMM 2018.
///
/// @param shape  at least 24 x 24 pixels; CIFAR-10 is 3 x 32 x 32, Fashion-MNIST 1 x 28 x 28.
Network build_b_alexnet(const NetworkShape& shape);

}  // namespace branchline::branchy_models
