#pragma once

#include <memory>

#include "framework/planner/planner.h"

namespace branchline::planner {

/// "hpa": D3's horizontal partition, a heuristic for device, edge and cloud (or two tiers).
///
/// Units are taken in layers of equal longest distance from the input; each gets the tier, not
/// below its inputs', with the least compute plus what its inputs still have to be sent, plus the
/// least that its readers can then add (one step of look-ahead). Then single units move while that
/// helps. The same moves start from the best placement that keeps each block between two cut
/// vertices on one tier, which covers moving whole blocks and whole suffixes. The best of these and
/// of the single tiers is returned, so hpa is never worse than any of them. Of equals the lower
/// tiers. No plan when none of these starts can run, although another placement might. O((n + m)
/// tiers) a pass, ten passes at most. Stateless. Zhang et al., "Dynamic DNN Decomposition for
/// Lossless Synergistic Inference" (D3), arXiv 2101.05952. Its text could not be read: layers by
/// longest distance are from the authors' patent (CN112297014), the scores and moves are a
/// re-design.
std::unique_ptr<Planner> make_hpa();

}  // namespace branchline::planner
