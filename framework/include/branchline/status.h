#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "branchline/histogram.h"
#include "branchline/result.h"

namespace branchline {
inline namespace v0 {

struct Event {
  enum class Kind : std::uint8_t { link_up, link_down, plan_changed, model_mismatch };
  Kind kind = Kind::link_up;
  Link link;
  Plan plan;
  std::string text;
};

/// How an engine is, and what it counted since it was opened.
struct Status {
  bool ready = false;  ///< no plan wanted for the present link is still being prepared
  Link link;
  std::string problem;  ///< why no edge can be used now, a sentence; empty while one can
  std::string spare;  ///< "host:port" of the edge that would take over, its plans prepared; else ""
  Plan plan;          ///< of the last request that was free to choose, else for Options::deadline
  Why why = Why::planned;  ///< of that plan
  std::uint64_t done = 0, in_time = 0, late = 0, fell_back = 0, dropped = 0;
  std::uint64_t failed = 0;       ///< no answer: cancelled, stopped, bad input, error
  std::uint64_t failed_over = 0;  ///< sent again to the spare edge: the first was lost or refused
  std::uint64_t hedged = 0;       ///< sent to the spare edge as well: the answer was overdue
  std::map<std::pair<Outcome, Why>, std::uint64_t> results;
  std::map<std::pair<Place, int>, std::uint64_t> answers;  ///< by where and which exit, from 1
  std::map<Why, std::uint64_t> fallbacks;                  ///< answers of the insurance
  DurationCounts latencies;                                ///< of all answers
  RatioCounts deadline_ratios;    ///< latency / deadline of all answers that had one
  RatioCounts prediction_ratios;  ///< latency / predicted of answers that the plan gave
  std::uint64_t bytes_up = 0, bytes_down = 0;  ///< as Timing counts them
  Duration p50{0}, p95{0}, p99{0};             ///< latency of the last 1000 answers
  Duration reserve{0};                         ///< answers are given this much before the deadline
};

/// The status as Prometheus' text format 0.0.4: seconds and bytes, metrics named `branchline_…`
/// (docs/engine.md lists them). Stateless.
std::string prometheus_text(const Status& status);

}  // namespace v0
}  // namespace branchline
