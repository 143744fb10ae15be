#pragma once

#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "framework/base/error.h"
#include "tests/fuzz/input_bytes.h"
#include "tests/fuzz/mended_frames.h"
#include "transport/frame_reader.h"
#include "transport/frame_writer.h"

namespace branchline::testing {

/// What a FrameReader made of some bytes: each message as the bytes of its own frame, then how it
/// ended.
struct FramesRead {
  std::vector<std::vector<std::byte>> messages;
  std::string fault;
  bool inside_frame = false;

  friend bool operator==(const FramesRead&, const FramesRead&) = default;
};

/// A message that was read can be written: its bytes, payloads included.
inline std::vector<std::byte> written_again(transport::Message message) {
  transport::OutgoingFrame frame;
  const auto fault = transport::OutgoingFrame::make(std::move(message), frame);
  BL_EXPECT(!fault, "a message was read that cannot be written: " + fault.sentence);
  std::vector<std::span<const std::byte>> segments;
  frame.append_segments(0, segments);
  std::vector<std::byte> bytes;
  for (const auto segment : segments) bytes.insert(bytes.end(), segment.begin(), segment.end());
  BL_EXPECT(bytes.size() == frame.bytes(), "a frame of another length than it says");
  return bytes;
}

/// @param seed  of the sizes of the pieces; 0 gives all that fits at once
inline FramesRead read_frames(std::span<const std::byte> bytes, std::uint32_t seed) {
  transport::FrameLimits limits;
  limits.max_frame_bytes = 64 * 1024;
  limits.max_metadata_bytes = 8 * 1024;
  limits.max_tensors = 16;
  const auto pool = std::make_shared<transport::BufferPool>();
  transport::FrameReader reader(limits, pool);
  std::minstd_rand random(seed + 1);
  FramesRead read;
  while (!bytes.empty() && !reader.fault()) {
    const auto space = reader.space();
    BL_EXPECT(!space.empty(), "a reader without space");
    std::size_t piece = std::min(space.size(), bytes.size());
    if (seed != 0) piece = std::min<std::size_t>(piece, 1 + random() % (random() % 3 ? 80 : 5000));
    std::memcpy(space.data(), bytes.data(), piece);
    bytes = bytes.subspan(piece);
    reader.received(piece, TimePoint{});
    while (auto incoming = reader.next()) {
      read.messages.push_back(written_again(std::move(incoming->message)));
    }
  }
  BL_EXPECT(pool->stats().largest_bytes <= limits.max_frame_bytes, "a buffer above the limit");
  read.fault = reader.fault().sentence;
  read.inside_frame = reader.inside_frame();
  return read;
}

/// What must hold of any bytes whatsoever: a reader makes messages of them, or one fault of a
/// sentence, the same in pieces of any size; what it reads can be written and is then read as the
/// same; no buffer is larger than the limits say.
///
/// The first byte of `input` tells whether checksums are put right, the second how the rest comes
/// in pieces. @returns how many messages there were. Anything thrown is a bug.
inline std::size_t check_frame_bytes(std::span<const std::byte> input) {
  InputBytes start(input);
  const bool mend = (start.take() & 1) != 0;
  const std::uint32_t seed = start.take() + 1u;
  std::vector<std::byte> bytes(start.rest().begin(), start.rest().end());
  if (mend) mend_frames(bytes);
  const FramesRead read = read_frames(bytes, 0);
  BL_EXPECT(read == read_frames(bytes, seed), "pieces of other sizes are read differently");
  BL_EXPECT(read.fault.size() < 1000, "a complaint longer than anyone reads");
  for (const auto& frame : read.messages) {
    const FramesRead again = read_frames(frame, 0);
    BL_EXPECT(again.messages.size() == 1 && again.messages[0] == frame,
              "a message that changes when it is written and read: " + again.fault);
  }
  return read.messages.size();
}

}  // namespace branchline::testing
