#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "transport/buffer_pool.h"
#include "transport/channel.h"
#include "transport/frame_format.h"
#include "transport/memory_budget.h"
#include "transport/message.h"
#include "transport/payload_checksum.h"

namespace branchline::transport {

/// Turns received bytes into messages, without a socket: the owner receives into space(), tells
/// received(), then takes next() until it is empty.
///
/// Bytes land in a small staging buffer; once a frame's metadata is checked and its payloads are
/// larger than what is staged, space() lies in the pooled buffer itself, so that large tensors are
/// never copied. Every length is checked before anything is allocated for it; a payload checksum is
/// taken of each piece as it comes, still in the cache. Not thread-safe.
class FrameReader {
 public:
  FrameReader(const FrameLimits& limits, std::shared_ptr<BufferPool> pool);

  /// From now on; the handshake uses tighter ones.
  void set_limits(const FrameLimits& limits) { limits_ = limits; }

  /// From now on payloads need `take`'s consent, which has taken their bytes from `budget`; what it
  /// refuses is read and thrown away.
  using TakeMemory = std::function<bool(std::uint64_t bytes)>;
  void set_memory(std::shared_ptr<MemoryBudget> budget, TakeMemory take) {
    budget_ = std::move(budget);
    take_memory_ = std::move(take);
  }

  /// Where the next bytes belong; never empty. Valid until the next call of received().
  std::span<std::byte> space();

  /// Bytes of the current frame's payloads that are still to come.
  std::uint64_t payload_missing() const noexcept;

  /// Those of them for which memory is held: none of a payload that is thrown away.
  std::uint64_t memory_unfilled() const noexcept { return payload_ ? payload_missing() : 0; }

  /// `bytes` of space() were filled.
  void received(std::size_t bytes, TimePoint now);

  struct Incoming {
    Message message;
    Arrival arrival;
    bool no_memory = false;  ///< its payloads were thrown away
  };
  std::optional<Incoming> next();

  /// Forgets the frame that is arriving and frees its memory; nothing may be reading into space().
  void abandon();

  /// Set once the bytes made no sense; nothing is read after that.
  const FrameFault& fault() const noexcept { return fault_; }

  /// When the first byte of the current frame came, and how much of the frame has.
  TimePoint frame_begun() const noexcept { return first_byte_; }
  std::uint64_t frame_received() const noexcept;

  /// Whether the peer left in the middle of a frame.
  bool inside_frame() const noexcept { return in_frame_; }

 private:
  enum class Part { header, metadata, payload };

  std::size_t staged() const noexcept { return end_ - begin_; }
  bool read_header();
  bool read_metadata();
  bool read_payload();
  void payload_arrived(std::size_t bytes);
  bool payload_intact();
  FrameFault check_header() const;
  FrameFault check_tensors();
  void take_payload_memory();
  void place_payloads();
  std::optional<Incoming> finish_frame();
  bool fail(FrameFault fault);

  FrameLimits limits_;
  std::shared_ptr<BufferPool> pool_;
  std::shared_ptr<MemoryBudget> budget_;
  TakeMemory take_memory_;
  std::vector<std::byte> staging_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;

  Part part_ = Part::header;
  FrameHeader header_;
  Message message_;
  bool skip_ = false;  ///< a type of a newer minor version
  std::shared_ptr<std::byte[]> payload_;
  std::uint64_t payload_received_ = 0;
  PayloadChecksum checksum_;

  bool in_frame_ = false;
  TimePoint first_byte_;
  TimePoint last_received_;
  FrameFault fault_;
};

}  // namespace branchline::transport
