#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "transport/asio.h"

namespace branchline::lab {

/// Frames to send one after the other, each when the one before it was answered and the pause has
/// passed.
struct FrameSeries {
  std::vector<std::size_t> frame_bytes;  ///< more than 8 each
  double pause_s = 0;
  std::function<bool()> stopped;  ///< asked before each frame; may be empty
};

/// Answers each frame (8 bytes of length, then so many) with one byte until the connection ends.
void serve_frames(transport::asio::ip::tcp::acceptor& acceptor);

/// @returns how long each frame took from its first byte to its answer, in seconds; fewer than
/// asked when it was stopped
std::vector<double> time_frames(transport::asio::ip::tcp::socket& socket,
                                const FrameSeries& series);

/// time_frames() through the link emulator on loopback, at this rate in both directions and without
/// delay.
std::vector<double> time_frames_emulated(double bytes_per_s, const FrameSeries& series);

}  // namespace branchline::lab
