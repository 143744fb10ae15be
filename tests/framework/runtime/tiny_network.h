#pragma once

#include <string>

namespace branchline::testing {

/// Writes a small network with three exits of four classes each and returns its file. The input is
/// a picture {8, 8, 3}; the third exit costs some milliseconds, the others next to nothing. The
/// same `seed` gives the same weights.
///
///     picture ─► trunk 1 ─► trunk 2 ─► trunk 3 ─► exit 3
///                   └► exit 1  └► exit 2
std::string write_tiny_network(const std::string& folder, int seed = 1);

}  // namespace branchline::testing
