#pragma once

#include "branchy_models/network.h"

namespace branchline::branchy_models {

/// The layer of b_camera whose output is meant to cross from device to edge.
constexpr const char* kCameraBottleneck = "bottleneck";

/// The network made for being split: a light front on a camera image, two exits there, then a
/// learned bottleneck of 10 x 10 x 10 values in -1..1 (1000 bytes as int8 for a 160 x 160 image),
/// then a residual tail with most of the compute and two deeper exits.
///
/// With a plain network a split never wins against sending the compressed image; with a bottleneck
/// it does (Eshratifar et al., "BottleNet", ISLPED 2019; Matsubara et al., "BottleFit", WoWMoM
/// 2022).
///
/// @param shape  height and width multiples of 16; made for 3 x 160 x 160.
Network build_b_camera(const NetworkShape& shape);

/// The control: the same network with the bottleneck's ten channels widened to the front's 64.
/// Shows what the bottleneck costs in accuracy.
Network build_b_camera_wide(const NetworkShape& shape);

}  // namespace branchline::branchy_models
