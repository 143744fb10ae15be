#pragma once

#include "framework/planner/tiles/interval.h"
#include "framework/planner/tiles/spatial_graph.h"

namespace branchline::planner::tiles {

/// The input that DeepThings' Fused Tile Partitioning takes for `output` on one axis: its published
/// formula with its defects, a baseline. A convolution reads `output * stride +- kernel / 2`
/// whatever its padding and dilation; a pool reads `stride` positions per output whatever its
/// kernel and padding, and may reach past the map. Right for odd kernels, padding kernel / 2,
/// dilation 1 and pools whose kernel is their stride; elsewhere a tile lacks what it needs or the
/// region is shifted: use input_window().
///
/// @param layer  a convolution or a pool
/// @param input_size, output  as for input_window()
/// O(1), stateless. Zhao, Barijough and Gerstlauer, "DeepThings", TCAD 2018; src/ftp.c,
/// traversal(), there with closed intervals.
Interval deepthings_input(const SpatialLayer& layer, Axis axis, std::int64_t input_size,
                          Interval output);

}  // namespace branchline::planner::tiles
