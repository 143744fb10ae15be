#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/lab/sweep/frame_stream.h"

namespace branchline::lab {

/// Device, uplink, edge and downlink, in ms; each includes its share of delay and codecs.
struct TimeParts {
  double total = 0, device = 0, uplink = 0, edge = 0, downlink = 0;
};

/// What was measured of a row's plan, in ms.
struct MeasuredTimes {
  TimeParts median;
  double low = 0, high = 0;             ///< 95 % interval of the median of the total
  double p90 = 0;                       ///< of the total
  double bytes_up = 0, bytes_down = 0;  ///< frames, mean
};

/// One line of results.csv: a method on a link with a deadline (docs/schemas.md,
/// branchline.lab_results/2). A value. Absent optionals are empty cells.
struct ResultRow {
  std::string model, method, link;
  double uplink_mbps = 0;
  std::optional<double> goodput_mbps;
  double delay_ms = 0, deadline_ms = 0, slowdown = 1;
  int exit = 0;  ///< from 1; 0: the method has no plan in time
  int exits = 0;
  std::string place;       ///< "device", "split", "edge", "insured"; empty without a plan
  std::optional<int> cut;  ///< the last unit before what crosses; empty when nothing does
  std::optional<int> device_units;
  std::string codec;
  std::optional<TimeParts> predicted;
  std::optional<double> simulated_ms;  ///< by the simulator; not in the CSV
  std::size_t samples = 0;
  std::optional<MeasuredTimes> measured;
  double hit_rate = 0, hit_low = 0, hit_high = 0;
  std::optional<double> accuracy = 0, delivered_accuracy = 0;  ///< absent: never measured
  std::optional<double> solver_us;
  /// Predicted time over that of the optimum for the same exit, link and codecs.
  std::optional<double> ratio_to_optimum;
  std::optional<double> predicted_fps;  ///< of a stream: 1 / the longest stage
  std::optional<StreamScore> stream;    ///< absent: not measured, or too short
};

inline constexpr const char* kResultSchema = "branchline.lab_results/2";

/// The names of results.csv's columns, in order.
const std::vector<std::string>& result_columns();

/// A cell as the CSV has it. @throws InputError naming `where` when there is no such column.
std::string cell(const ResultRow& row, const std::string& column, const std::string& where);

/// The same as a number; nullopt when the cell is empty. @throws InputError when the column holds
/// text.
std::optional<double> number(const ResultRow& row, const std::string& column,
                             const std::string& where);

/// With its header line.
std::string results_csv(const std::vector<ResultRow>& rows);

/// "b_camera edgent on 500kbit by 100 ms".
std::string describe(const ResultRow& row);

}  // namespace branchline::lab
