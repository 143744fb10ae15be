#pragma once

#include <cstdint>
#include <string>

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

struct Status {
  bool ready = false;  ///< no plan wanted for the present link is still being prepared
  Link link;
  Plan plan;  ///< of the last request that was free to choose, else for Options::deadline
  Why why = Why::planned;  ///< of that plan
  std::uint64_t done = 0, in_time = 0, late = 0, fell_back = 0, dropped = 0;
  Duration p50{0}, p95{0}, p99{0};  ///< latency of the last 1000 answers
  Duration reserve{0};              ///< answers are given this much before the deadline
};

}  // namespace v0
}  // namespace branchline
