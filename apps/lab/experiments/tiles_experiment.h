#pragma once

#include <string>

namespace branchline::lab {

/// For people: what fusing the first layers of VGG-16 into M x M tiles costs and gains, and how
/// many row-sharing groups of layers are the best for 2, 4 and 8 workers (algorithms.md 4.4).
std::string tiles_report();

/// "branchline.tiles_experiment/1".
std::string tiles_json();

}  // namespace branchline::lab
