#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "transport/credit_ledger.h"
#include "transport/frame_writer.h"
#include "transport/memory_budget.h"
#include "transport/payload_checksum.h"
#include "transport/ring.h"

namespace branchline::transport {

/// A frame that left: what ChannelListener::on_sent is told.
struct SentFrame {
  std::uint64_t id = 0;
  std::uint64_t bytes = 0;
  TimePoint begun;
  bool ping = false;
};

/// The frames of one connection that wait to be written, bounded in the memory that they take, and
/// those without payload in number too. Any thread pushes;
/// whoever wins try_begin() writes, so that a sender whose frame is alone hands it to the kernel
/// itself and no other thread must wake up. No lock is held during a write or a checksum.
///
/// First come, first served, in three lanes: the opening's messages, then all others, then what
/// takes credit (Request, ProfileQuery). The last waits here while the credit does not cover it;
/// its budget runs down, and a Cancel takes it back. Allocates nothing once warm.
class WriteQueue {
 public:
  /// @param welcomed  false: only the opening's messages go until grant()
  explicit WriteQueue(std::uint64_t max_bytes, bool welcomed = true);
  ~WriteQueue();
  WriteQueue(const WriteQueue&) = delete;
  WriteQueue& operator=(const WriteQueue&) = delete;

  /// Before anything is pushed: what waits counts against `budget` too, which others share.
  void share(std::shared_ptr<MemoryBudget> budget);

  /// An empty frame whose buffers have been used before: make the next message in it.
  OutgoingFrame blank();

  /// @returns false when there is no room or the queue has ended.
  bool push(OutgoingFrame frame, TimePoint now);

  /// Takes back a Request that waits unwritten. @returns whether there was one.
  bool take_back_request(std::uint64_t id);

  /// Claims the right to write; false when somebody has it, nothing may go, or start() was not
  /// called.
  bool try_begin();

  /// For the claimant: what to write next, at most `max_segments`, budgets stamped; false
  /// and empty when nothing may go, and then the claim is over and `out` may be the next one's.
  bool next_segments(std::size_t max_segments, TimePoint now,
                     std::vector<std::span<const std::byte>>& out);

  /// For the claimant: so much of it was written. Appends the frames that are complete.
  void written(std::size_t bytes, std::vector<SentFrame>& sent);

  void start();  ///< the connection stands: writing may begin

  /// Payloads carry a checksum from now on.
  void add_checksums();

  /// The first credit or a new one; try_begin() afterwards.
  void grant(const Credit& credit);
  /// A reply with this id came; try_begin() afterwards.
  void answered(std::uint64_t id);

  /// No more pushes; drops what waits, except that with `drain` it may still be written as far as
  /// the credit covers it.
  void end(bool drain);

  std::uint64_t held_bytes() const;  ///< of memory, by what waits or was begun
  bool idle() const;                 ///< nothing waits and nobody writes

 private:
  enum Lane : std::size_t { kOpening, kOrdinary, kCredited, kLanes };

  struct Waiting {
    OutgoingFrame frame;
    TimePoint queued;
  };
  struct Begun {
    OutgoingFrame frame;
    TimePoint begun;
    std::uint64_t written = 0;
  };
  using Waitings = std::array<Ring<Waiting>, kLanes>;

  enum class Step { begun, nothing, over };

  Lane lane_of(const Body& body) const noexcept;
  Ring<Waiting>* next_lane() noexcept;
  void drop_waiting(Waitings& dropped);
  void drop_begun();
  Step begin_next(TimePoint now);
  void release(OutgoingFrame frame);
  void let_go(std::uint64_t bytes);

  const std::uint64_t max_bytes_;
  std::shared_ptr<MemoryBudget> shared_;

  mutable std::mutex mutex_;  // guards all down to spare_
  Waitings waiting_;
  CreditLedger ledger_;
  std::uint64_t bytes_ = 0;  ///< of memory: waiting or begun
  bool welcomed_;
  bool checksums_ = false;
  bool started_ = false;
  bool writing_ = false;
  bool ended_ = false;
  bool drop_ = false;
  std::vector<OutgoingFrame> spare_;

  // The claimant's.
  Ring<Begun> begun_;
  std::uint64_t begun_bytes_ = 0;  ///< of them, not written yet
  PayloadChecksum checksum_;
};

}  // namespace branchline::transport
