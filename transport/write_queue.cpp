#include "transport/write_queue.h"

#include <algorithm>
#include <utility>

namespace branchline::transport {
namespace {

/// A frame that has begun can be neither taken back nor overtaken: no more of them than a write
/// call is likely to take.
constexpr std::uint64_t kBatchBytes = 256 * 1024;
constexpr std::size_t kSpareFrames = 8;
/// Who reads has never so many small replies before it; who does not must not make us keep more.
constexpr std::size_t kMaxWithoutPayload = 1024;

}  // namespace

WriteQueue::WriteQueue(std::uint64_t max_bytes, bool welcomed)
    : max_bytes_(max_bytes), welcomed_(welcomed) {
  spare_.reserve(kSpareFrames);
}

WriteQueue::~WriteQueue() { let_go(bytes_); }

void WriteQueue::share(std::shared_ptr<MemoryBudget> budget) {
  const std::lock_guard lock(mutex_);
  shared_ = std::move(budget);
}

void WriteQueue::let_go(std::uint64_t bytes) {
  bytes_ -= bytes;
  if (shared_) shared_->give_back(bytes);
}

OutgoingFrame WriteQueue::blank() {
  const std::lock_guard lock(mutex_);
  if (spare_.empty()) return {};
  OutgoingFrame frame = std::move(spare_.back());
  spare_.pop_back();
  return frame;
}

WriteQueue::Lane WriteQueue::lane_of(const Body& body) const noexcept {
  if (std::holds_alternative<Hello>(body) || std::holds_alternative<Proof>(body)) return kOpening;
  if (!welcomed_ && std::holds_alternative<Refused>(body)) return kOpening;  // and ends it
  return takes_credit(body) ? kCredited : kOrdinary;
}

bool WriteQueue::push(OutgoingFrame frame, TimePoint now) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t held = frame.held_bytes();
  if (ended_ || held > max_bytes_ - std::min(bytes_, max_bytes_)) return false;
  const Lane lane = lane_of(frame.message().body);
  const bool crowded = lane == kOrdinary && waiting_[lane].size() >= kMaxWithoutPayload;
  if (crowded && !frame.has_payload()) return false;
  if (shared_ && !shared_->try_take(held)) return false;
  bytes_ += held;
  waiting_[lane].push_back({std::move(frame), now});
  return true;
}

bool WriteQueue::take_back_request(std::uint64_t id) {
  Waiting taken;
  const std::lock_guard lock(mutex_);
  Ring<Waiting>& requests = waiting_[kCredited];
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (requests[i].frame.id() != id) continue;
    taken = requests.take(i);
    let_go(taken.frame.held_bytes());
    return true;
  }
  return false;
}

Ring<WriteQueue::Waiting>* WriteQueue::next_lane() noexcept {
  if (!waiting_[kOpening].empty()) return &waiting_[kOpening];
  if (!welcomed_) return nullptr;
  if (!waiting_[kOrdinary].empty()) return &waiting_[kOrdinary];
  Ring<Waiting>& requests = waiting_[kCredited];
  const bool covered = !requests.empty() && ledger_.covers(requests.front().frame.bytes());
  return covered ? &requests : nullptr;
}

bool WriteQueue::try_begin() {
  const std::lock_guard lock(mutex_);
  if (!started_ || writing_ || next_lane() == nullptr) return false;
  writing_ = true;
  return true;
}

/// Under the lock; the caller lets go of the frames after it.
void WriteQueue::drop_waiting(Waitings& dropped) {
  for (const Ring<Waiting>& lane : waiting_) {
    for (std::size_t i = 0; i < lane.size(); ++i) let_go(lane[i].frame.held_bytes());
  }
  dropped = std::exchange(waiting_, {});
}

/// For the claimant, before the claim is over.
void WriteQueue::drop_begun() {
  while (!begun_.empty()) release(begun_.take_front().frame);
  begun_bytes_ = 0;
}

WriteQueue::Step WriteQueue::begin_next(TimePoint now) {
  Waitings dropped;
  Waiting next;
  bool with_checksum = false;
  {
    const std::lock_guard lock(mutex_);
    Ring<Waiting>* lane = drop_ ? nullptr : next_lane();
    if (lane == nullptr) {
      if (ended_) drop_waiting(dropped);  // nothing that waits can go any more
      if (!begun_.empty()) return Step::nothing;
      writing_ = false;
      return Step::over;
    }
    next = lane->take_front();
    if (lane == &waiting_[kCredited]) ledger_.add(next.frame.id(), next.frame.bytes());
    with_checksum = checksums_;
  }
  // The frame may be younger than the writer's look at the clock: a budget never grows.
  const TimePoint begun = std::max(now, next.queued);
  next.frame.begin(begun - next.queued, with_checksum ? &checksum_ : nullptr);
  begun_bytes_ += next.frame.bytes();
  begun_.push_back({std::move(next.frame), begun, 0});
  return Step::begun;
}

bool WriteQueue::next_segments(std::size_t max_segments, TimePoint now,
                               std::vector<std::span<const std::byte>>& out) {
  out.clear();
  {
    std::unique_lock lock(mutex_);
    if (drop_) {
      lock.unlock();
      drop_begun();
    }
  }
  while (begun_.size() < max_segments && begun_bytes_ < kBatchBytes) {
    const Step step = begin_next(now);
    if (step == Step::over) return false;  // another thread may be the claimant already
    if (step == Step::nothing) break;
  }
  for (std::size_t i = 0; i < begun_.size() && out.size() < max_segments; ++i) {
    begun_[i].frame.append_segments(begun_[i].written, out);
  }
  if (out.size() > max_segments) out.resize(max_segments);
  return true;
}

void WriteQueue::written(std::size_t bytes, std::vector<SentFrame>& sent) {
  while (bytes > 0 && !begun_.empty()) {
    Begun& first = begun_.front();
    const std::uint64_t taken = std::min<std::uint64_t>(bytes, first.frame.bytes() - first.written);
    first.written += taken;
    bytes -= taken;
    begun_bytes_ -= taken;
    if (first.written < first.frame.bytes()) return;
    const bool ping = std::holds_alternative<Ping>(first.frame.message().body);
    sent.push_back({first.frame.id(), first.frame.bytes(), first.begun, ping});
    release(begun_.take_front().frame);
  }
}

void WriteQueue::release(OutgoingFrame frame) {
  const std::uint64_t held = frame.held_bytes();
  frame.clear();
  const std::lock_guard lock(mutex_);
  let_go(held);
  if (spare_.size() < kSpareFrames) spare_.push_back(std::move(frame));
}

void WriteQueue::start() {
  const std::lock_guard lock(mutex_);
  started_ = true;
}

void WriteQueue::add_checksums() {
  const std::lock_guard lock(mutex_);
  checksums_ = true;
}

void WriteQueue::grant(const Credit& credit) {
  const std::lock_guard lock(mutex_);
  welcomed_ = true;
  ledger_.grant(credit);
}

void WriteQueue::answered(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  ledger_.remove(id);
}

void WriteQueue::end(bool drain) {
  Waitings dropped;
  const std::lock_guard lock(mutex_);
  ended_ = true;
  drop_ = drop_ || !drain || !started_;
  if (writing_) return;  // the claimant drops what cannot go
  if (drop_ || next_lane() == nullptr) drop_waiting(dropped);
}

std::uint64_t WriteQueue::held_bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

bool WriteQueue::idle() const {
  const std::lock_guard lock(mutex_);
  return !writing_ && std::all_of(waiting_.begin(), waiting_.end(),
                                  [](const Ring<Waiting>& lane) { return lane.empty(); });
}

}  // namespace branchline::transport
