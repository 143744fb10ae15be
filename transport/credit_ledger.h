#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "transport/message.h"

namespace branchline::transport {

/// Whether a message is unanswered until a reply with its id comes, and so takes credit.
bool takes_credit(const Body& body) noexcept;
/// Whether it is such a reply: Answer, ProfileReply or Refused.
bool returns_credit(const Body& body) noexcept;

/// The unanswered requests of one connection against the credit for them; both sides keep one.
/// Unlimited until granted. Allocates only while more are unanswered than ever before. Not
/// thread-safe.
class CreditLedger {
 public:
  /// Replaces the bounds; what is unanswered stays so. 0 means no bound.
  void grant(const Credit& credit) noexcept { credit_ = credit; }
  const Credit& credit() const noexcept { return credit_; }

  /// Whether one more frame of so many bytes is covered. One always is: else a frame larger than
  /// the credit could never go.
  bool covers(std::uint64_t frame_bytes) const noexcept;

  void add(std::uint64_t id, std::uint64_t frame_bytes);
  /// @returns whether it was unanswered.
  bool remove(std::uint64_t id) noexcept;

  bool has(std::uint64_t id) const noexcept;
  std::size_t requests() const noexcept { return unanswered_.size(); }
  std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  struct Unanswered {
    std::uint64_t id = 0;
    std::uint64_t frame_bytes = 0;
  };

  Credit credit_;
  std::vector<Unanswered> unanswered_;  // oldest first: answers mostly come in order
  std::uint64_t bytes_ = 0;
};

}  // namespace branchline::transport
