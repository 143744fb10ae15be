#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "framework/base/tensor.h"
#include "framework/planner/plan_request.h"

namespace CLI {
class App;
}

namespace branchline::apps {

/// What `branchline plan` is told. Goodputs stay 0 until they are given.
struct PlanFlags {
  std::string graph_file, model_file, profile_file, codec_file;
  Shape input_shape;
  std::string algorithm, pinned;
  int exit = 0, jobs = 0;
  std::chrono::nanoseconds deadline{-1};
  planner::LinkSpeed link, link2, direct_link;
  std::int64_t result_bytes = -1, most_uplink_bytes = -1;
  double most_accuracy_loss = -1;
  std::chrono::nanoseconds edge_queue{0};
  bool json = false, list = false, explain = false, map = false, dot = false;
};

/// Adds them all; `flags` must outlive the command.
void add_plan_flags(CLI::App& command, PlanFlags& flags);

/// The graph that the flags name, with its pins.
/// @throws InputError naming the file or flag.
graph::LayerGraph graph_to_plan(const PlanFlags& flags);

/// The request for a graph with two or three tiers. A missing downlink is as fast as the uplink;
/// for a map, which is of every uplink, a missing uplink is as fast as the downlink.
/// @throws InputError naming the flag that is missing.
planner::PlanRequest request_of(const PlanFlags& flags, const graph::LayerGraph& graph);

/// The algorithm that the flags name; if they name none, the fastest exact one for the graph's
/// tiers and the caps.
std::string algorithm_of(const PlanFlags& flags, const graph::LayerGraph& graph);

}  // namespace branchline::apps
