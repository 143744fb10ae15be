#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/lab/prediction_error.h"
#include "apps/lab/report/csv_table.h"
#include "apps/lab/report/figure.h"

namespace branchline::lab {

/// A [[check]] of the experiment, as results.json tells its outcome.
struct CheckResult {
  std::string id;  ///< empty when the experiment gave it none
  std::string text;
  bool holds = false;
  std::vector<std::string> misses;
};

/// What predictions are to keep to.
inline constexpr double kMedianErrorTarget = 0.05, kP90ErrorTarget = 0.15;

/// A model's device: how many times slower than this machine it was to be, and was.
struct EmulatedDevice {
  std::string model;
  double stated = 1, measured = 1;
};

struct EmulatedLink {
  std::string model, name;
  double configured_mbps = 0;
  std::optional<double> measured_mbps;
  double delay_ms = 0;
};

using Facts = std::vector<std::pair<std::string, std::string>>;

/// Everything a report shows of one run. A value.
struct RunResults {
  std::string folder;
  std::string name;                              ///< the folder's own, for legends
  std::string title;                             ///< of the experiment
  std::string config;                            ///< text of config.toml
  Facts settings;                                ///< [experiment], key by key
  Facts machine;                                 ///< machine.json, flattened
  std::string device_emulation, link_emulation;  ///< how, in a sentence
  std::vector<EmulatedDevice> devices;
  std::vector<EmulatedLink> links;
  std::optional<PredictionError> prediction;
  std::vector<Figure> figures;
  std::vector<CheckResult> checks;
  std::vector<std::string> notes;  ///< what was not possible, sentences
  std::string text;                ///< tables as a sub-command printed them
  std::map<std::string, CsvTable>
      tables;  ///< every CSV of the folder by file name, but raw samples

  const CsvTable* table(const std::string& file) const;  ///< null when it is not there
};

/// Reads the folder of an experiment of the lab (results.csv, config.toml with [[figure]]s,
/// machine.json and results.json when they are there), or of a sub-command's `-o` (config.toml with
/// its section; figures of its own for some, and tables of the other CSVs).
/// @throws InputError naming the folder when it holds no results, or the file that is not as it
///         should be.
RunResults read_run(const std::string& folder);

}  // namespace branchline::lab
