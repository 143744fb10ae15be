#include "transport/credit_ledger.h"

#include <algorithm>

namespace branchline::transport {

bool takes_credit(const Body& body) noexcept {
  return std::holds_alternative<Request>(body) || std::holds_alternative<ProfileQuery>(body);
}

bool returns_credit(const Body& body) noexcept {
  return std::holds_alternative<Answer>(body) || std::holds_alternative<Refused>(body) ||
         std::holds_alternative<ProfileReply>(body);
}

bool CreditLedger::covers(std::uint64_t frame_bytes) const noexcept {
  if (unanswered_.empty()) return true;
  if (credit_.requests > 0 && unanswered_.size() >= credit_.requests) return false;
  return credit_.bytes == 0 || (bytes_ <= credit_.bytes && frame_bytes <= credit_.bytes - bytes_);
}

void CreditLedger::add(std::uint64_t id, std::uint64_t frame_bytes) {
  unanswered_.push_back({id, frame_bytes});
  bytes_ += frame_bytes;
}

bool CreditLedger::remove(std::uint64_t id) noexcept {
  const auto found = std::find_if(unanswered_.begin(), unanswered_.end(),
                                  [id](const Unanswered& entry) { return entry.id == id; });
  if (found == unanswered_.end()) return false;
  bytes_ -= found->frame_bytes;
  unanswered_.erase(found);
  return true;
}

bool CreditLedger::has(std::uint64_t id) const noexcept {
  return std::any_of(unanswered_.begin(), unanswered_.end(),
                     [id](const Unanswered& entry) { return entry.id == id; });
}

}  // namespace branchline::transport
