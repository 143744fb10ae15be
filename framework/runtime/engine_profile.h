#pragma once

#include <functional>
#include <optional>
#include <string>

#include "branchline/engine.h"
#include "framework/profile/codec_table.h"
#include "framework/profile/unit_timer.h"
#include "framework/runtime/link_monitor.h"

namespace branchline::runtime {

/// The profile an engine starts with: the file's, scaled to the slowdown asked for, or a short
/// measurement of this machine.
/// @throws InputError (InputKind::model) when the file is stale or of another network.
profile::Profile starting_profile(const Options& options,
                                  const std::shared_ptr<const model::Model>& model,
                                  slice::SliceCache& cache);

/// What the file holds of this network; nullopt when no file is given.
/// @throws InputError when it cannot be read or holds nothing of this network.
std::optional<profile::CodecTable> measured_codecs(const std::string& file,
                                                   const std::string& digest);

/// The graph with times for device and edge. Until an edge was measured it is taken to be as fast
/// as this machine without its emulated slowdown.
graph::LayerGraph timed_graph(const graph::LayerGraph& layers, const profile::Profile& profile,
                              double slowdown);

/// Measures the edge at the other end of the link; blocks. @throws RunError when the edge refuses
/// or the connection ends.
profile::TierProfile profile_edge(const graph::LayerGraph& layers, LinkMonitor& link);

}  // namespace branchline::runtime
