#pragma once

#include <memory>

#include "framework/planner/planner.h"

namespace branchline::planner {

/// "exact2": least latency over all placements on device and edge that let no data flow back, as
/// one min-cut of the whole graph. Equal to brute on every graph, ties included.
///
/// The network is that of Hu et al., "Dynamic adaptive DNN surgery" (DADS), INFOCOM 2019, plus what
/// its eq. (4) leaves out: unlimited arcs from each reader back to its producer (data does not flow
/// back for nothing), the input pinned to the device, the round trip and the result's way back.
/// No plan when every placement needs a tier that cannot run a unit or sends what cannot travel.
/// O(n^2 m) per unit of flow at worst; 1000 units take well under a millisecond. Stateless.
std::unique_ptr<Planner> make_exact_two_tier();

/// "exact3": the same over device, edge and cloud, still in one min-cut: per unit one vertex for
/// "not beyond the device" and one for "not beyond the edge". Exact because the edge relays what
/// the device sends to the cloud. None of the papers has it. Takes two tiers too.
/// With a direct device–cloud link the pair costs are no longer submodular and this is a heuristic:
/// internal/direct_link.h.
std::unique_ptr<Planner> make_exact_three_tier();

}  // namespace branchline::planner
