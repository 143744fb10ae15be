#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "framework/profile/unit_profile.h"
#include "framework/slice/slice_cache.h"

namespace branchline::profile {

struct TimerOptions {
  int warmup = 3;
  int runs = 20;
  int max_cuts = 0;     ///< cut vertices per exit to measure, evenly spread; 0: all, and the units
                        ///< between them
  double slowdown = 1;  ///< multiplies what is measured, as the engine's device_slowdown does
  std::function<void(int done, int total)> progress;  ///< may be empty
};

/// Times a slice and returns its runs: here, or on an edge (framework/runtime/remote_timer.h).
using RunSlice =
    std::function<std::vector<Duration>(const slice::SliceSpec& spec, int warmup, int runs)>;

/// Runs slices of `model` on this machine, on inputs of slice_inputs.h. The cache must outlive the
/// result; for rounds without recompiling it holds a prefix, a suffix and the whole at once.
RunSlice local_runs(std::shared_ptr<const model::Model> model, slice::SliceCache& cache);

/// Prefix and suffix of every cut vertex of every exit, units by difference (isotonic over the
/// topological order, a negative difference merges with its predecessor; QDMP's fusion-aware
/// measurement). A machine's speed drifts: prefix, suffix and whole take turns in rounds, and
/// each cut's times are scaled by how fast the whole ran beside it.
/// @returns everything but key and load, which the caller knows.
TierProfile time_cuts(const graph::LayerGraph& graph, const RunSlice& run,
                      const TimerOptions& options);

/// Identity of this machine for a profile, with LibTorch's threads as they are set now.
ProfileKey local_key(const graph::LayerGraph& graph);

/// The graph with `time` filled for the tiers of the profile, ready for a planner.
/// @throws InputError (InputKind::model) naming what differs when the profile is not of this graph.
graph::LayerGraph with_times(graph::LayerGraph graph, const Profile& profile);

}  // namespace branchline::profile
