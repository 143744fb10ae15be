#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "apps/lab/sweep/engine_runner.h"
#include "apps/lab/sweep/measurement_log.h"
#include "apps/lab/sweep/plan_runner.h"
#include "apps/lab/sweep/sweep.h"

namespace branchline::lab {

/// One network's part of a sweep: its rows planned, measured and scored. For one thread.
class NetworkSweep {
 public:
  /// Plans the rows. All are borrowed.
  NetworkSweep(const Experiment& experiment, const LabNetwork& network, MeasurementLog& log);

  /// Each different plan on a link once, with its stream if the experiment has streams, and each of
  /// the engine's rows, but for the samples that the log has. @throws RunError; Stopped
  /// (stop_point.h)
  void measure(std::uint16_t edge_port, const StopFlag& stop,
               const std::function<void(const SweepProgress&)>& progress);

  /// Adds the rows and counts to `sweep`.
  void score(Sweep& sweep) const;

 private:
  using Key = MeasurementLog::Key;

  /// A row, and the plan behind it if there is one.
  struct PlannedRow {
    ResultRow row;
    std::optional<MethodPlan> plan;
    bool by_engine = false;  ///< no given plan: the engine's frames
    Duration deadline{0};
    Key key;
    const ExperimentLink* link = nullptr;
  };

  /// Some samples of one plan, or of the engine by one deadline, over one link; or a plan's stream.
  struct Turn {
    const PlannedRow* planned = nullptr;
    std::size_t samples = 0;
    bool stream = false;
  };

  void plan_part(const ExperimentPart& part);
  void plan_row(const PlanningDesk& desk, const ExperimentLink& link, const std::string& method,
                Duration deadline);
  std::size_t wanted(const PlannedRow& planned) const;
  std::vector<Turn> turns() const;
  Duration share_of_limit(const Turn& turn) const;
  Duration expected(const Turn& turn) const;
  void measure_plan(PlanRunner& runner, const Turn& turn, const StopFlag& stop);
  void play_stream(PlanRunner& runner, const Turn& turn, const StopFlag& stop);
  void measure_frames(EngineRunner& runner, const Turn& turn, bool there, const StopFlag& stop);
  void take_samples(const Turn& turn, const StopFlag& stop,
                    const std::function<PlanSample(const at::Tensor&)>& run);
  std::map<std::string, std::vector<PlanSample>> samples_by_link() const;

  const Experiment& experiment_;
  const LabNetwork& network_;
  MeasurementLog& log_;
  std::vector<PlannedRow> planned_;
  std::set<std::string> rows_there_;
};

}  // namespace branchline::lab
