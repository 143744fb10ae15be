#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/lab/sweep/row_check.h"
#include "framework/base/clock.h"

namespace branchline::lab {

/// A link to emulate: a constant rate both ways, or a recording. A value.
struct ExperimentLink {
  std::string name;               ///< "500kbit", or the recording's file name without ".csv"
  double uplink_bytes_per_s = 0;  ///< of a recording: its mean
  std::string trace;              ///< file; empty: constant

  friend bool operator==(const ExperimentLink&, const ExperimentLink&) = default;
};

/// Rows of the results: every method on every link with every deadline.
struct ExperimentPart {
  std::string name;
  std::vector<std::string> methods;
  std::vector<Duration> deadlines;
  std::vector<ExperimentLink> links;

  friend bool operator==(const ExperimentPart&, const ExperimentPart&) = default;
};

/// What one experiment file asks for, all defaults filled in. A value.
struct Experiment {
  std::string title;
  /// Each a shipped model's name or a file; of several alternatives the first whose test pictures
  /// are found.
  std::vector<std::vector<std::string>> models;
  std::vector<std::string> model_folders;  ///< where NAME.pt is looked for before the shipped ones
  std::vector<std::string> data;           ///< folders of test pictures
  std::string pictures;  ///< frames instead of these: a folder or a video; empty: none
  std::vector<ExperimentPart> parts;
  Duration delay{std::chrono::milliseconds(5)};  ///< one way
  double slowdown = 0;                           ///< of the device; 0: by deepest_exit
  Duration deepest_exit{0};  ///< what each model's deepest exit is to take on the device
  std::int64_t samples = 11, warm_up = 1;           ///< of each plan on each link
  std::int64_t stream_frames = 0;                   ///< counted of each plan's stream; 0: none
  std::int64_t seed = 1;                            ///< of which test pictures are sent
  Duration sample_limit{std::chrono::seconds(10)};  ///< a sample that takes longer is given up
  Duration plan_limit{std::chrono::seconds(30)};    ///< after which a plan gets no more samples
  std::vector<RowCheck> checks;
  std::string figures;  ///< the [[figure]] tables as TOML, for those who draw
};

/// @throws InputError naming file, line and key; unknown keys with the nearest known one.
/// @param file  its folder is where recordings are looked for first, then among the shipped ones
Experiment read_experiment(const std::string& file);

/// The same from text.
Experiment parse_experiment(const std::string& text, const std::string& file);

/// Everything in force, as a file that read_experiment takes.
std::string to_toml(const Experiment& experiment);

/// What decides the plans and their measurements, key by key as config.toml says it: two runs may
/// share measurements when they are equal.
struct Setting {
  std::string key, value;

  friend bool operator==(const Setting&, const Setting&) = default;
};
std::vector<Setting> settings_of(const Experiment& experiment);

}  // namespace branchline::lab
