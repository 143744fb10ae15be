#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

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
  std::string spare;  ///< "host:port" of the edge that would take over, its plans prepared; else ""
  Plan plan;          ///< of the last request that was free to choose, else for Options::deadline
  Why why = Why::planned;  ///< of that plan
  std::uint64_t done = 0, in_time = 0, late = 0, fell_back = 0, dropped = 0;
  std::uint64_t failed = 0;       ///< no answer: cancelled, stopped, bad input, error
  std::uint64_t failed_over = 0;  ///< sent again to the spare edge: the first was lost or refused
  std::uint64_t hedged = 0;       ///< sent to the spare edge as well: the answer was overdue
  std::vector<std::uint64_t> by_exit;           ///< answers; exit 1 comes first
  std::array<std::uint64_t, 3> by_place{};      ///< answers, by Place
  std::map<std::string, std::uint64_t> by_why;  ///< results, by name_of(Why)
  std::uint64_t bytes_up = 0, bytes_down = 0;   ///< as Timing counts them
  Duration p50{0}, p95{0}, p99{0};              ///< latency of the last 1000 answers
  Duration reserve{0};                          ///< answers are given this much before the deadline
};

/// The status as Prometheus' text format 0.0.4: seconds and bytes, metrics named `branchline_…`
/// (docs/engine.md lists them). Stateless.
std::string prometheus_text(const Status& status);

}  // namespace v0
}  // namespace branchline
