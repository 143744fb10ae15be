#include "transport/write_queue.h"

#include <algorithm>
#include <utility>

namespace branchline::transport {

bool WriteQueue::push(OutgoingFrame frame, TimePoint now) {
  const std::lock_guard lock(mutex_);
  if (ended_ || frame.bytes() > max_bytes_ - std::min(bytes_, max_bytes_)) return false;
  bytes_ += frame.bytes();
  frames_.push_back({std::move(frame), now, now, 0, false});
  return true;
}

bool WriteQueue::take_back_request(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(frames_.begin(), frames_.end(), [id](const Waiting& waiting) {
    return !waiting.stamped && waiting.frame.id() == id &&
           std::holds_alternative<Request>(waiting.frame.message().body);
  });
  if (found == frames_.end()) return false;
  bytes_ -= found->frame.bytes();
  frames_.erase(found);
  return true;
}

bool WriteQueue::try_begin() {
  const std::lock_guard lock(mutex_);
  if (!started_ || writing_ || frames_.empty()) return false;
  writing_ = true;
  return true;
}

void WriteQueue::next_segments(std::size_t max_segments, TimePoint now,
                               std::vector<std::span<const std::byte>>& out) {
  out.clear();
  const std::lock_guard lock(mutex_);
  if (drop_) {
    frames_.clear();
    bytes_ = 0;
  }
  for (Waiting& waiting : frames_) {
    if (out.size() >= max_segments) break;
    if (!waiting.stamped) {
      // The frame may be younger than the writer's look at the clock: a budget never grows.
      waiting.begun = std::max(now, waiting.queued);
      waiting.frame.stamp_budget(waiting.begun - waiting.queued);
      waiting.stamped = true;
    }
    waiting.frame.append_segments(waiting.written, out);
  }
  if (out.size() > max_segments) out.resize(max_segments);
  if (frames_.empty()) writing_ = false;
}

void WriteQueue::written(std::size_t bytes, std::vector<SentFrame>& sent) {
  const std::lock_guard lock(mutex_);
  while (bytes > 0 && !frames_.empty()) {
    Waiting& first = frames_.front();
    const std::uint64_t taken = std::min<std::uint64_t>(bytes, first.frame.bytes() - first.written);
    first.written += taken;
    bytes -= taken;
    if (first.written < first.frame.bytes()) return;
    sent.push_back({first.frame.id(), first.frame.bytes(), first.begun});
    bytes_ -= first.frame.bytes();
    frames_.pop_front();
  }
}

void WriteQueue::start() {
  const std::lock_guard lock(mutex_);
  started_ = true;
}

void WriteQueue::end(bool drain) {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  if (drain && started_) return;
  drop_ = true;
  if (writing_) return;  // the claimant's segments point into the frames; it drops them itself
  frames_.clear();
  bytes_ = 0;
}

bool WriteQueue::idle() const {
  const std::lock_guard lock(mutex_);
  return frames_.empty() && !writing_;
}

}  // namespace branchline::transport
