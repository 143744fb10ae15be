#pragma once

#include <cstdint>

#include "framework/planner/tiles/spatial_graph.h"

namespace branchline::planner::tiles {

/// VGG-16's 13 convolutions (3x3, each with its activation) and 5 poolings, layers 1 to 18, for a
/// square picture: the network that the tile papers are compared on. Simonyan & Zisserman, ICLR
/// 2015, configuration D.
SpatialGraph vgg16_features(std::int64_t picture_size = 224);

}  // namespace branchline::planner::tiles
