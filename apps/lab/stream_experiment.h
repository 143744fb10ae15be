#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "framework/base/clock.h"

namespace branchline::lab {

/// A stream of frames, split between device and edge, over emulated links.
struct StreamSettings {
  std::string model;
  std::uint16_t edge_port = 0;  ///< a branchlined on this machine that has the model
  double device_slowdown = 4;
  std::vector<double> uplinks_bytes_per_s;         ///< downlinks are as fast
  Duration delay = std::chrono::milliseconds(10);  ///< one way
  std::size_t frames = 40;                         ///< of a round
  std::size_t rounds = 3;                          ///< of either way, in turns
};

/// What a link made of one way to put frames to the engine. Times are means over the frames.
struct StreamRow {
  double uplink_bytes_per_s = 0;
  std::string way;  ///< "one at a time" or "pipelined"
  std::size_t answers = 0;
  double frames_per_s = 0;
  Duration device{0};     ///< the plan's part, encoding included
  Duration insurance{0};  ///< the device's other work
  Duration uplink{0};     ///< with half the round trip; pipelined, also waiting for earlier uploads
  Duration edge{0};       ///< with its queue
  Duration latency{0};
  double of_bound = 0;  ///< frames_per_s x the longest stage of a frame alone: 1 is perfect overlap
};

/// Frames one at a time, each put when the one before was answered, and pipelined, put as soon as
/// the engine's queue has room. In turns on the same engine and link.
/// @throws InputError, RunError as Engine::open; RunError when the link never comes up.
std::vector<StreamRow> run_stream_experiment(const StreamSettings& settings,
                                             const std::function<void(const std::string&)>& tell);

std::string stream_table(const std::vector<StreamRow>& rows);
std::string stream_csv(const std::vector<StreamRow>& rows);
std::string stream_json(const std::vector<StreamRow>& rows);

}  // namespace branchline::lab
