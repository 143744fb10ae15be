#pragma once

#include <cstdint>
#include <optional>

#include "framework/planner/adaptation/link_silence.h"

namespace branchline::planner {

/// Logarithms are natural; standard deviations are those of ln(goodput) about its present level.
struct CusumParameters {
  double slack = 1;          ///< deviations up to so many standard deviations are noise; > 0
  double threshold = 8;      ///< sum of what exceeds the slack that means a change; > 0
  double noise = 0.1;        ///< guess of the standard deviation; > 0
  double noise_weight = 10;  ///< samples that the guess counts for; > 0
  std::int32_t confirm_samples = 3;  ///< a change needs at least so many samples; >= 2

  friend bool operator==(const CusumParameters&, const CusumParameters&) = default;
};

/// Says when the goodput of a link has changed for good, with a handful of additions per sample:
/// two cumulative sums of ln(goodput) about its running mean, one for rises, one for falls.
///
/// A sum grows by what a deviation exceeds the slack by, in standard deviations, but never below 0,
/// and by at most threshold / (confirm_samples - 1) a sample, so that no outlier alone is a change.
/// Above the threshold the change is announced, and the run begins where the sum last was 0. The
/// standard deviation is learned and survives changes.
///
/// Zero, negative and absurd samples: as ChangePointDetector.
/// O(1) per sample, no allocation. One detector per link, used from one thread at a time. Page,
/// "Continuous inspection schemes" (Biometrika, 1954); self-starting as in Hawkins (1987); the
/// bound on a sample's part is ours.
class CusumDetector {
 public:
  explicit CusumDetector(const CusumParameters& parameters = {});

  /// @returns whether a change is announced, once per change.
  bool add(double goodput_bytes_per_s);

  /// Goodput of the present run in bytes/s. 0: the link is dead; nullopt: no sample yet.
  std::optional<double> level() const;

 private:
  /// Evidence that ln(goodput) has left its mean in one direction.
  struct Excess {
    double sum = 0;
    std::int64_t samples = 0;  ///< since the sum was 0
    double total = 0;          ///< of their ln(goodput)

    void add(double amount, double log_goodput);
  };

  void start_run(double mean, std::int64_t samples);
  bool observe(double log_goodput);
  void learn(double log_goodput);

  CusumParameters parameters_;
  LinkSilence silence_;
  std::int64_t samples_ = 0;  ///< of the present run
  double mean_ = 0;           ///< of ln(goodput) in the present run
  double variance_;           ///< guess or what was learned before
  double squares_ = 0;        ///< sum of squared deviations in the present run
  Excess rise_, fall_;
};

}  // namespace branchline::planner
