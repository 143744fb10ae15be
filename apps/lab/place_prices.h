#pragma once

#include <string>
#include <vector>

#include "apps/lab/demo_story.h"
#include "apps/lab/place_choice.h"

namespace branchline::lab {

/// Explains each place that was chosen: a typical frame of it, and what the cost model says of all
/// places with the link as it was known then. Measures the model once more for how its time is
/// spread over its units (a second); how fast the edge was and how many bytes were sent is taken
/// from the records.
/// @param device  with the slow-down
std::vector<PlaceChoice> explain_places(const std::string& model, double slowdown,
                                        const ExitTimes& device,
                                        const std::vector<FrameRecord>& records, Duration deadline);

}  // namespace branchline::lab
