#pragma once

#include <memory>

#include "framework/planner/planner.h"

namespace branchline::planner {

/// "dads-heavy": DADS for a heavy load, where frames come faster than one is done: least longest
/// stage (stage_times.h), the device, the link's two directions and the edge each being a stage
/// that works on a frame of its own. Of equal ones the better() plan. Exits are chosen by latency,
/// as everywhere.
///
/// Minimising the longest stage is NP-hard. As in the paper, stages are weighted (alpha on the
/// device, 1 on the link, gamma on the edge), the min-cut of the weighted sum is taken for a grid
/// of weights, coarse to fine around the best, and the cut with the least longest stage is kept.
/// Weights (1, 1, 1) are on the first grid, and every sum of three is at most three times its
/// largest: never worse than three times the optimum, the result's way back aside. The grid is a
/// re-design: geometric, in exact fractions, for the ratio of the stages is what matters; then
/// the cuts behind single cut vertices are tried, which makes chains optimal, and in graphs of up
/// to 64 units single units move while that helps, neither of which the paper does. Two tiers. No
/// plan when no placement can run. Some hundred min-cuts at most. Stateless. Hu, Bao, Wang, Liu,
/// "Dynamic Adaptive DNN Surgery for Inference Acceleration on the Edge", INFOCOM 2019, section V
/// (DSH).
std::unique_ptr<Planner> make_dads_heavy();

}  // namespace branchline::planner
