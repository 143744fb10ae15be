#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "transport/asio.h"

namespace branchline::transport::testing {

/// Answers each frame (8 bytes of length, then so many) with one byte until the connection ends.
void serve_frames(asio::ip::tcp::acceptor& acceptor);

/// Sends the frames one after the other, each when the one before it was answered and `pause_s` has
/// passed. @returns how long each took, in seconds
std::vector<double> time_frames(asio::ip::tcp::socket& socket,
                                const std::vector<std::size_t>& frame_bytes, double pause_s);

/// What time_frames() gives through the kernel's token bucket: two network namespaces without
/// names, a veth pair between them, `tc tbf` on the sender's end. The namespaces go with their
/// threads, whatever happens.
struct BucketPath {
  double bytes_per_s = 0;  ///< configured, headers counted
  std::size_t burst_bytes = 0;
};
struct BucketTimes {
  std::vector<double> seconds;
  std::string unavailable;  ///< why there are none, a sentence
};
BucketTimes time_frames_through(const BucketPath& path, const std::vector<std::size_t>& frame_bytes,
                                double pause_s);

}  // namespace branchline::transport::testing
