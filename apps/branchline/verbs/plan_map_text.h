#pragma once

#include <string>
#include <vector>

#include "framework/planner/plan_map_json.h"

namespace branchline::apps {

/// For people: per exit which plan is the fastest from which uplink goodput on, and what else other
/// tier speeds can make the fastest.
std::string plan_map_text(const graph::LayerGraph& graph,
                          const std::vector<planner::ExitMaps>& exits,
                          planner::Nanoseconds solver_time);

}  // namespace branchline::apps
