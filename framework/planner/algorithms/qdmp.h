#pragma once

#include <memory>

#include "framework/planner/planner.h"

namespace branchline::planner {

/// QDMP: least latency on device and edge, found between two adjacent cut vertices.
///
/// The cut vertices a_0 (the input) … a_K (the exit) are the units on every path. Placements that
/// let no data flow back change tiers in exactly one block (a_k, a_k+1), so the whole graph's
/// optimum is the best of K small problems; all the rest is prefix sums. Two tiers. No plan when no
/// placement can run. Stateless.
/// Zhang et al., "Towards Real-time Cooperative Deep Inference over the Cloud and Edge End
/// Devices", IMWUT 2020. Only the abstract could be read: how its first stage finds the pair of cut
/// vertices is a re-design.

/// "qdmp": exact, equal to exact2 ties included. A lower bound per block (all before it on the
/// device, all behind it on the edge, each unit inside on its faster tier, its smallest output
/// sent) leaves few blocks to solve; on a chain there are none. O(n + m) and the min-cuts of those
/// blocks.
std::unique_ptr<Planner> make_qdmp();

/// "qdmp-neighbour": as the abstract is most easily read: the best single cut vertex, then the
/// min-cuts of only the two blocks that touch it. Can miss the optimum. O(n + m) and two min-cuts.
std::unique_ptr<Planner> make_qdmp_neighbour();

}  // namespace branchline::planner
