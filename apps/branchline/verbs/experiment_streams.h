#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace branchline::apps {

/// What `branchline experiment streams` is told.
struct StreamFlags {
  std::string model;                 ///< empty: the shipped camera network
  std::vector<std::string> uplinks;  ///< empty: 4mbit, 16mbit and 64mbit
  std::size_t frames = 40;           ///< of a round
  double device_slowdown = 4;
  std::string output;  ///< folder; empty: none
  bool json = false;
};

/// Prints the table; starts an edge of its own.
/// @throws InputError naming the model or a rate.
int run_streams(const StreamFlags& flags);

}  // namespace branchline::apps
