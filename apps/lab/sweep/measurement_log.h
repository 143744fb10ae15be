#pragma once

#include <cstdint>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "apps/lab/sweep/plan_sample.h"

namespace branchline::lab {

/// What was measured: samples by plan and circumstances, appended to measurements.csv as they come,
/// so that a run that is interrupted loses none. A line that was cut short is dropped.
class MeasurementLog {
 public:
  /// What a sample is a sample of.
  struct Key {
    std::string digest;  ///< of the network
    std::string plan;    ///< MethodPlan::key, or what an engine was asked
    std::string link;    ///< with its delay; empty where nothing is sent
    double slowdown = 1;
    std::int64_t seed = 0;

    friend auto operator<=>(const Key&, const Key&) = default;
  };

  /// Reads what is there.
  /// @throws InputError when the file is of another schema.
  explicit MeasurementLog(const std::string& file);

  const std::vector<PlanSample>& of(const Key& key) const;

  /// Appended and flushed. @param model  its name, for people
  /// @throws RunError when the disk does not take it.
  void add(const std::string& model, const Key& key, const PlanSample& sample);

  /// All at once.
  void add(const std::string& model, const Key& key, const std::vector<PlanSample>& samples);

 private:
  void read(const std::string& line);

  const std::string name_;
  std::map<std::string, std::vector<PlanSample>> samples_;  // by the key's cells
  std::ofstream file_;
};

}  // namespace branchline::lab
