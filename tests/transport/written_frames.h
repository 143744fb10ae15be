#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "transport/frame_format.h"
#include "transport/write_queue.h"

namespace branchline::transport::testing {

inline const TimePoint kStart = TimePoint{} + std::chrono::seconds(10);

inline OutgoingFrame frame_of(Message message) {
  OutgoingFrame frame;
  EXPECT_FALSE(OutgoingFrame::make(std::move(message), frame));
  return frame;
}

/// The ids that next_segments() gives, each written at once; at most `frames` of them.
inline std::vector<std::uint64_t> write_out(WriteQueue& queue, TimePoint now = kStart,
                                            std::size_t frames = 1000) {
  std::vector<std::span<const std::byte>> segments;
  std::vector<SentFrame> sent;
  if (queue.try_begin()) {
    for (;;) {
      queue.next_segments(64, now, segments);
      if (segments.empty()) break;
      std::size_t bytes = 0;
      for (const auto segment : segments) bytes += segment.size();
      queue.written(bytes, sent);
      if (sent.size() >= frames) break;
    }
  }
  std::vector<std::uint64_t> ids;
  for (const SentFrame& frame : sent) ids.push_back(frame.id);
  return ids;
}

using Ids = std::vector<std::uint64_t>;

/// As the header of the first frame says it.
inline std::int64_t budget_in(const std::vector<std::span<const std::byte>>& segments) {
  FrameHeader header;
  EXPECT_FALSE(decode_header(segments.at(0).first<kHeaderBytes>(), header));
  return header.budget_ns;
}

}  // namespace branchline::transport::testing
