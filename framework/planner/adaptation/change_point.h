#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "framework/planner/adaptation/link_silence.h"

namespace branchline::planner {

/// What the detector expects of a link before it has seen it. Logarithms are natural: 0.1 is ten
/// percent. None depends on how fast the link is.
struct ChangePointParameters {
  double expected_run = 250;         ///< samples from one change to the next, on average; > 1
  double noise = 0.15;               ///< standard deviation of ln(goodput) between changes; > 0
  double noise_weight = 10;          ///< samples that the guess of the noise counts for; 1 to 1000
  double level_spread = 1;           ///< standard deviation of ln(goodput) from run to run; > 0
  double prune_mass = 1e-4;          ///< runs less probable than this are dropped; 0 to 0.1
  std::int32_t most_runs = 200;      ///< runs kept at most, the least probable goes; >= 2
  std::int32_t confirm_samples = 3;  ///< so many samples must support a change; >= 1
  double least_change = 0.2;         ///< of ln(goodput); smaller ones are not announced; >= 0

  friend bool operator==(const ChangePointParameters&, const ChangePointParameters&) = default;
};

/// A stretch without change that may be the present one.
struct RunProbability {
  std::int64_t run_length = 0;  ///< samples since the change
  double probability = 0;

  friend bool operator==(const RunProbability&, const RunProbability&) = default;
};

/// Says when the goodput of a link has changed for good, as opposed to being noisy: Bayesian online
/// change-point detection on ln(goodput).
///
/// After every sample it knows, for each possible length of the present run, its probability and
/// what is known of the run's mean and variance. A change is announced when the most probable run
/// has become less than half as long as the run so far, is confirm_samples long or longer, and its
/// level is least_change or more away. (An outlier ends a run too: the next one has the old level.)
///
/// Zero, negative and absurd samples: see LinkSilence. confirm_samples zeros in a row announce that
/// the link is dead (its level is then 0); fewer do not count. The first sample afterwards starts
/// anew and is announced too.
///
/// O(runs kept) per sample, at most most_runs; no allocation after construction. One detector per
/// link, used from one thread at a time. Adams and MacKay, "Bayesian online changepoint detection"
/// (2007), constant hazard 1 / expected_run, Normal-Inverse-Gamma prior around the first sample;
/// pruning and announcement are ours.
class ChangePointDetector {
 public:
  explicit ChangePointDetector(const ChangePointParameters& parameters = {});

  /// @returns whether a change is announced, once per change.
  bool add(double goodput_bytes_per_s);

  /// Goodput of the present run in bytes/s: exp(mean) of the most probable one, from the first
  /// sample of that run on, announced or not. 0: the link is dead; nullopt: no sample yet.
  std::optional<double> level() const;

  /// Samples of the most probable run; 0 before the first sample and while the link is dead.
  std::int64_t run_length() const;

  /// All runs kept, the longest first; sums to 1. Empty before the first sample.
  std::vector<RunProbability> posterior() const;

 private:
  /// Normal-Inverse-Gamma belief about one run, and the probability that it is the present one.
  struct Run {
    std::int64_t length = 0;
    double mean = 0;
    double kappa = 0, alpha = 0, beta = 0;
    double gamma_ratio = 0;  ///< gamma(alpha + 1/2) / gamma(alpha)
    double log_weight = 0;
  };

  void restart(double log_goodput);
  void observe(double log_goodput);
  static void learn(Run& run, double log_goodput);
  void prune();
  bool announce();
  const Run& most_probable() const;

  ChangePointParameters parameters_;
  LinkSilence silence_;
  Run newborn_;                       ///< what is believed of a run without samples
  std::vector<Run> runs_;             ///< the longest first, the newborn one last
  std::int64_t believed_length_ = 0;  ///< of the run that was announced last
  double believed_mean_ = 0;          ///< of ln(goodput) in that run
};

}  // namespace branchline::planner
