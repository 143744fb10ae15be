#pragma once

#include <string>

#include "framework/base/clock.h"

namespace branchline::apps {

/// What `branchline experiment adaptation` is told.
struct AdaptationFlags {
  std::string model;    ///< empty: the shipped b_camera
  std::string planner;  ///< empty: the engine's own
  Duration phase{0};    ///< 0: as the experiment has it
  double slowdown = 0;  ///< 0: chosen
  std::string output;   ///< folder; empty: none
  bool json = false;
};

/// Prints the table, and writes it, adaptation.csv and frames.csv into the
/// folder. @throws InputError naming the model, or when branchlined is not beside this program.
int run_adaptation_experiment(const AdaptationFlags& flags);

}  // namespace branchline::apps
