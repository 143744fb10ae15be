#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "framework/base/clock.h"
#include "framework/graph/layer_graph.h"

namespace branchline::profile {

/// Order statistics of one timed thing.
struct TimeStats {
  Duration median{0}, p90{0}, p99{0};
  std::int32_t runs = 0;

  friend bool operator==(const TimeStats&, const TimeStats&) = default;
};

/// By nearest rank, so every figure is a run that happened.
/// @param samples  not empty
TimeStats stats_of(std::vector<Duration> samples);

/// Every time multiplied by `factor` (> 0), rounded to the nearest nanosecond.
TimeStats scaled(const TimeStats& stats, double factor);

/// One cut vertex of one exit: everything up to it and everything behind it, compiled as it would
/// be deployed.
struct CutTimes {
  std::int32_t exit = 0;  ///< index from 0
  std::int32_t unit = 0;  ///< the cut vertex
  TimeStats prefix;       ///< units 0 … unit that the exit needs; zero for unit 0
  TimeStats suffix;       ///< the rest up to the logits; zero for the exit's own unit

  friend bool operator==(const CutTimes&, const CutTimes&) = default;
};

/// What a measurement is bound to: another network, machine, thread count or LibTorch makes it
/// stale.
struct ProfileKey {
  std::string digest;
  std::string machine;  ///< CPU model
  std::int32_t threads = 1;
  std::string libtorch;

  friend bool operator==(const ProfileKey&, const ProfileKey&) = default;
};

/// Measured times of one model on one tier.
struct TierProfile {
  ProfileKey key;
  double slowdown = 1;  ///< the stated factor these times already contain
  TimeStats load;       ///< loading the model file
  std::vector<CutTimes> cuts;
  std::vector<Duration>
      unit_time;  ///< by unit id: differences of prefixes, made non-negative; for the planner
  std::map<std::string, TimeStats>
      codec;  ///< reserved names "encode jpeg", "encode int8", "decode …" on typical tensors

  friend bool operator==(const TierProfile&, const TierProfile&) = default;
};

/// A profile file: the device and, if it was asked, the edge.
struct Profile {
  TierProfile device;
  std::vector<TierProfile> edge;  ///< none or one

  friend bool operator==(const Profile&, const Profile&) = default;
};

}  // namespace branchline::profile
