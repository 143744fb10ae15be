#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "framework/base/clock.h"

namespace branchline::lab {

/// One way to run an edge: a name for the tables and branchlined's flags.
struct EdgePolicy {
  std::string name;
  std::vector<std::string> flags;
};

/// Branchline's own; with `ablation` also without stacking; first come, first served without
/// stacking or refusal comes last.
std::vector<EdgePolicy> load_policies(bool ablation);

struct LoadExperiment {
  std::string model_file, edge_program, log_folder;
  int exit = 0;          ///< from 1; 0: the deepest
  std::int32_t cut = 0;  ///< the edge computes the units behind it; 0: all but the input
  std::vector<int> clients = {1, 16, 64};
  std::vector<double> loads = {0.5, 0.9, 1.2, 2, 3};  ///< of what compute alone allows
  Duration budget = std::chrono::milliseconds(100);
  Duration step = std::chrono::milliseconds(1700);  ///< of one load; its first fifth is not counted
  std::vector<EdgePolicy> policies = load_policies(false);
  std::uint64_t seed = 1;
};

/// What came of one load: rates per second of the time counted.
struct LoadRow {
  std::string policy;
  int clients = 0;
  double load = 0;           ///< of what compute alone allows
  double alone_per_s = 0;    ///< that: one after the other, measured just before
  double offered_per_s = 0;  ///< what really came
  double in_time_per_s = 0;
  double late_per_s = 0;       ///< answered too late, or not at all
  double refused_per_s = 0;    ///< at once
  double expired_per_s = 0;    ///< given up by the edge
  Duration median{0}, p99{0};  ///< latencies of answers in time

  /// Requests whose answers were computed.
  double answered_per_s = 0;
};

struct LoadResult {
  std::string network, exit;
  std::uint64_t request_bytes = 0;
  int edge_core = 0, load_core = 0;
  std::vector<LoadRow> rows;
};

/// Runs a branchlined per policy, all kept on one core, and offers each in turn the same stored
/// requests at the same times from clients on another core (the same one where there is no other).
/// One process at a time has work.
/// @param progress  told before each number of clients; may be empty
/// @throws InputError naming the model or cut; RunError when an edge fails
LoadResult run_load_experiment(const LoadExperiment& experiment,
                               const std::function<void(const std::string&)>& progress);

}  // namespace branchline::lab
