#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "framework/base/clock.h"
#include "transport/frame_format.h"
#include "transport/message.h"
#include "transport/payload_checksum.h"

namespace branchline::transport {

/// A message made ready for a scatter-gather write: header, metadata and padding of our own, the
/// payloads where the tensors' storage has them. Keeps the message, and so the payloads, alive. A
/// frame may be made again and again, and then allocates nothing of its own.
class OutgoingFrame {
 public:
  /// @returns a fault when the message breaks a bound of the format; the frame is then unusable.
  static FrameFault make(Message message, OutgoingFrame& frame);

  std::uint64_t id() const noexcept { return message_.id; }
  std::uint64_t bytes() const noexcept { return bytes_; }
  bool has_payload() const noexcept { return header_.payload_bytes > 0; }
  const Message& message() const noexcept { return message_; }
  /// About what it takes of memory: what the message holds is about what goes on the wire of it.
  std::uint64_t held_bytes() const noexcept { return sizeof *this + head_.capacity() + bytes_; }

  /// Once, when the first byte is about to be handed over: subtracts from a Request's budget the
  /// time it waited and, where one is given, adds the checksum of the payload.
  void begin(Duration waited, PayloadChecksum* checksum);

  /// Lets go of the message; the buffers stay, unless they are large.
  void clear();

  /// Appends what is left to write after the first `written` bytes, in order.
  void append_segments(std::uint64_t written, std::vector<std::span<const std::byte>>& out) const;

 private:
  Message message_;
  FrameHeader header_;
  std::vector<std::byte> head_;  ///< header, metadata, padding
  std::uint64_t bytes_ = 0;
};

}  // namespace branchline::transport
