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

/// What the device's first and deepest exit took when frames came at the play's rate.
struct ExitTimes {
  Duration first{0}, deepest{0};
};

/// The graph with its times changed so that the device's exits take what was measured and the edge
/// is as fast as in the records (median over its planned answers); a tier of which nothing is known
/// stays.
graph::LayerGraph at_played_speed(graph::LayerGraph graph, const ExitTimes& device,
                                  const std::vector<FrameRecord>& records);

/// For each place that gave planned answers in time, the frame whose link was in the middle of what
/// that place met.
std::vector<FrameRecord> typical_frames(const std::vector<FrameRecord>& records);

/// Why the choice is right, in one or two sentences with its numbers.
std::string reason_of(const PlaceChoice& choice, Duration deadline);

}  // namespace branchline::lab
