#pragma once

#include <string>
#include <vector>

#include "apps/lab/experiments/traces/trace_methods.h"

namespace branchline::lab {

struct Baseline {
  std::string name;
  ChoosePlan choose;
};

/// The same plan for every frame: each exit on the device, the deepest on the edge alone, sent raw,
/// as PNG and as JPEG.
std::vector<Baseline> fixed_baselines(const TraceSetting& setting);

/// Every split of every exit at a cut vertex, through every codec.
std::vector<Baseline> fixed_splits(const TraceSetting& setting);

/// A planner asked anew for every frame with the link as it was seen last (Neurosurgeon: the
/// deepest exit, no deadline; Edgent static: the deepest exit in time), and Edgent's configuration
/// map, made of the trace itself, behind its change-point detection on a sample a second, by both
/// of ConfigurationRule.
std::vector<Baseline> planning_baselines(const TraceSetting& setting, const TraceCase& trace);

}  // namespace branchline::lab
