#pragma once

#include <functional>
#include <string>
#include <vector>

#include "apps/lab/prediction_error.h"
#include "apps/lab/run_folder.h"
#include "apps/lab/stop_flag.h"
#include "apps/lab/sweep/experiment.h"
#include "apps/lab/sweep/result_row.h"

namespace branchline::lab {

/// A network of a sweep, for the summary.
struct SweptNetwork {
  std::string name, digest, data_set;
  double slowdown = 1, measured_slowdown = 1;
};

/// What a sweep found.
struct Sweep {
  std::vector<SweptNetwork> networks;
  std::vector<ResultRow> rows;
  std::size_t plans = 0, samples = 0;  ///< measured, now or by a run before
  PredictionError prediction;          ///< of given plans on steady links
  std::string layers_csv, regressions_csv;
  bool complete = true;  ///< false: stopped on the way; rows may lack samples
};

/// How far it is. `left`: zero while not known.
struct SweepProgress {
  std::string what;
  std::size_t done = 0, of = 0;  ///< turns of measuring this network; of == 0: preparing
  Duration left{0};
};

/// Plans every row of the experiment, measures each different plan of a network on a link once, on
/// this machine and in real time, and scores the rows. Samples go to measurements.csv of the
/// folder, and those already there are not taken again. Sets LibTorch to one thread.
/// @throws InputError when a model, its pictures or branchlined is missing; RunError when a plan
/// fails.
Sweep run_sweep(const Experiment& experiment, const RunFolder& folder, const StopFlag& stop,
                const std::function<void(const SweepProgress&)>& progress);

}  // namespace branchline::lab
