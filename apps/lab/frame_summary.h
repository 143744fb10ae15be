#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "apps/lab/frame_log.h"

namespace branchline::lab {

/// What one way of running the network made of its frames: a row of the demo's table.
struct MethodSummary {
  std::string method;
  std::size_t frames = 0;
  std::size_t answered = 0;
  std::size_t in_time = 0;  ///< answered by the deadline
  std::size_t insured = 0;  ///< answered by the insurance
  std::size_t labelled = 0;
  std::size_t right = 0;                      ///< answered rightly, however late
  std::size_t right_in_time = 0;              ///< what a robot can use: right and by the deadline
  std::array<std::size_t, 3> places{};        ///< answers by place: device, split, edge
  std::vector<std::size_t> exits;             ///< answers by exit; [0] is exit 1
  double bytes_per_frame = 0;                 ///< up and down
  Duration p50{0}, p95{0}, p99{0}, worst{0};  ///< of the answers; zero without any

  /// Shares 0..1 of all frames; accuracies of the labelled ones (nullopt without).
  double hit_rate() const;
  double insured_share() const;
  std::optional<double> accuracy() const;  ///< of the labelled frames; no answer is not right
  std::optional<double> right_in_time_share() const;
  std::size_t unanswered() const { return frames - answered; }
};

MethodSummary summarise(const std::string& method, const std::vector<FrameRecord>& records);

/// The table that `demo` and `run` print: a row a method, columns for people.
std::string text_table(const std::vector<MethodSummary>& rows);

/// One line: answers by place, by exit and by the insurance.
std::string where_text(const MethodSummary& summary);

/// One document, schema "branchline.summary/1".
std::string summary_json(const std::vector<MethodSummary>& rows);

/// A goal of --require: "hit_rate>=0.95", "accuracy>=0.7", "right_in_time>=0.7", "worst<=120ms",
/// "p50", "p95", "p99" likewise.
struct Goal {
  std::string metric;
  bool at_least = true;
  double bound = 0;  ///< share, or milliseconds
  std::string text;
};

/// @throws InputError naming `where` and listing the metrics.
Goal parse_goal(const std::string& text, const std::string& where);

/// Whether the goal is met; an accuracy without labels is not.
bool meets(const Goal& goal, const MethodSummary& summary);

}  // namespace branchline::lab
