#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "transport/frame_writer.h"

namespace branchline::transport {

/// A frame that left: what ChannelListener::on_sent is told.
struct SentFrame {
  std::uint64_t id = 0;
  std::uint64_t bytes = 0;
  TimePoint begun;
};

/// The frames of one connection that wait to be written, first come first served, bounded in bytes.
/// Any thread pushes; whoever wins try_begin() writes, so that a sender whose frame is alone hands
/// it to the kernel itself and no other thread must wake up. No lock is held during a write.
class WriteQueue {
 public:
  explicit WriteQueue(std::uint64_t max_bytes) : max_bytes_(max_bytes) {}

  /// @returns false when there is no room or the queue has ended.
  bool push(OutgoingFrame frame, TimePoint now);

  /// Takes back a Request that waits unwritten. @returns whether there was one.
  bool take_back_request(std::uint64_t id);

  /// Claims the right to write; false when somebody has it, nothing waits, or start() was not
  /// called.
  bool try_begin();

  /// For the claimant: what to write next, at most `max_segments`, budgets stamped; empty when
  /// nothing is left, and then the claim is over.
  void next_segments(std::size_t max_segments, TimePoint now,
                     std::vector<std::span<const std::byte>>& out);

  /// For the claimant: so much of it was written. Appends the frames that are complete.
  void written(std::size_t bytes, std::vector<SentFrame>& sent);

  void start();  ///< the connection stands: writing may begin

  /// No more pushes; drops what waits, except that with `drain` it may still be written.
  void end(bool drain);

  bool idle() const;  ///< nothing waits and nobody writes

 private:
  struct Waiting {
    OutgoingFrame frame;
    TimePoint queued;
    TimePoint begun;
    std::uint64_t written = 0;
    bool stamped = false;
  };

  const std::uint64_t max_bytes_;
  mutable std::mutex mutex_;
  std::deque<Waiting> frames_;
  std::uint64_t bytes_ = 0;
  bool started_ = false;
  bool writing_ = false;
  bool ended_ = false;
  bool drop_ = false;
};

}  // namespace branchline::transport
