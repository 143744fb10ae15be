#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "branchline/histogram.h"

namespace branchline {
inline namespace v0 {

/// What an edge has counted since its start. A value; every label is there from the start on.
struct EdgeMetrics {
  DurationCounts queued;                         ///< waiting times of requests that ran
  std::vector<DurationCounts> computed;          ///< compute times of answers; exit 1 comes first
  std::map<std::string, std::uint64_t> expired;  ///< by stage: arrival, queue, compute
  std::map<std::string, std::uint64_t> refused;  ///< by why: overloaded, not_ready, …
  std::map<std::string, std::uint64_t> overloaded;  ///< of refused: too_late, fair_share, …
  std::map<int, std::uint64_t> batches;             ///< runs by how many requests each took at most
  std::uint64_t answered = 0;
  std::uint64_t cancelled = 0;  ///< dropped because nobody waited any more
  std::uint64_t bytes_in = 0;   ///< of messages, both whole frames
  std::uint64_t bytes_out = 0;
  std::uint64_t connections = 0;  ///< open now
  std::uint64_t in_flight = 0;    ///< requests waiting or computed now
};

}  // namespace v0
}  // namespace branchline
