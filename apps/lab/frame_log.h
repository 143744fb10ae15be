#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "branchline/result.h"

namespace branchline::lab {

/// What is written down of one frame: the line of `run --json` and of frames.csv (docs/cli.md).
/// `exit` and `place` describe the answer, `planned_exit` and `planned_place` the plan; exits count
/// from 1, 0 is "none".
struct FrameRecord {
  std::string method = "branchline";  ///< which way of running the network
  std::uint64_t frame = 0;
  Duration arrival{0};  ///< scheduled, since the first frame's
  Outcome outcome = Outcome::error;
  Why why = Why::planned;
  int exit = 0;
  Place place = Place::device;
  int planned_exit = 0;
  Place planned_place = Place::device;
  bool insured = false;  ///< the answer is the insurance
  Duration latency{0};   ///< from the scheduled arrival
  Duration deadline{0};
  Duration predicted{0};
  std::optional<std::string> label;
  std::optional<std::string> prediction;  ///< class name, or the index as text
  int prediction_index = -1;
  Timing timing;
  std::vector<Span> spans;  ///< from the scheduled arrival
  SentAgain sent_again = SentAgain::no;
  std::string codec;  ///< of what went up; empty when nothing did
  std::string edge;   ///< in use, or the spare one if its answer counts; empty: none
  bool link_up = false;
  double uplink_bps = 0;  ///< as the engine saw it when it planned; 0: not measured
  Duration round_trip{0};
  std::string detail;  ///< error text

  bool answered() const { return exit > 0; }
  /// By the deadline, whatever else is to be said about it (an `infeasible` one may be).
  bool in_time() const { return answered() && latency <= deadline; }
  /// The answer is right; false also without an answer. nullopt without a label.
  std::optional<bool> correct() const;
};

/// The record of an engine's result. The caller adds method, arrival and label.
/// @param submit_lag  how long after the scheduled arrival the request was submitted; counts as
///                    latency
/// @param classes     names of the classes; empty: predictions are indices
FrameRecord record_of(const Result& result, Duration submit_lag,
                      const std::vector<std::string>& classes);

/// The five outcomes of the machine interface: ok, late, infeasible, dropped, error.
const char* outcome_word(Outcome outcome);

/// One line without its end, schema "branchline.frame/1".
std::string to_json_line(const FrameRecord& record);

/// The header line and one line a record, with a leading column `schema` = branchline.frames/1.
void write_csv_header(std::ostream& out);
void write_csv_line(std::ostream& out, const FrameRecord& record);

/// @throws RunError when the file cannot be written.
void write_csv(const std::string& file, const std::vector<FrameRecord>& records);

}  // namespace branchline::lab
