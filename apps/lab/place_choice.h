#pragma once

#include <optional>
#include <vector>

#include "apps/lab/demo_story.h"
#include "framework/planner/plan_request.h"

namespace branchline::lab {

/// What each place could do with this link: the exact cost model over all cut vertices of each
/// exit.
/// @param graph  profiled for device and edge, with the bytes that really travel
/// @param link   nullopt: down
/// @param budget deadline less the reserve
std::vector<PlaceOption> options_at(const graph::LayerGraph& graph,
                                    const std::optional<planner::LinkSpeed>& link, Duration budget);

/// The graph with its times scaled so that device and edge are as fast as they were in the records
/// (median of measured / predicted over the planned answers of each place); unchanged where no
/// record tells.
graph::LayerGraph at_played_speed(graph::LayerGraph graph, const std::vector<FrameRecord>& records);

/// For each place that gave planned answers in time, the frame whose link was in the middle of what
/// that place met.
std::vector<FrameRecord> typical_frames(const std::vector<FrameRecord>& records);

/// Why the choice is right, in one or two sentences with its numbers.
std::string reason_of(const PlaceChoice& choice, Duration deadline);

}  // namespace branchline::lab
