#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "apps/branchline/verbs/experiment_codecs.h"

namespace CLI {
class App;
}

namespace branchline::apps {

/// What `branchline experiment faults` is told beside model and output (CodecFlags).
struct FaultFlags {
  std::vector<std::string> faults;  ///< empty: all
  int requests = 300;
  double slowdown = 0;                  ///< 0: the experiment's own
  std::chrono::nanoseconds loosest{0};  ///< deadline; 0: the experiment's own
  bool require = false;
};

void add_fault_flags(CLI::App& command, FaultFlags& flags);

/// Prints a line a fault; with -o writes faults.csv, faults.json, faults.txt and branchlined.log.
/// @param configuration  of the run, written beside the results
/// @returns kGoalNotMet when the targets are required and missed
/// @throws InputError naming the flag or model; RunError when branchlined does not start
int run_faults(const FaultFlags& flags, const CodecFlags& common, const std::string& configuration);

}  // namespace branchline::apps
