#include "framework/runtime/edge_queue.h"

#include <algorithm>
#include <utility>

namespace branchline::runtime {
namespace {

std::string ms_text(Duration duration) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  const std::string tenth = std::to_string((us / 100) % 10);
  return std::to_string(us / 1000) + "." + tenth + " ms";
}

}  // namespace

EdgeQueue::EdgeQueue(const TimeSource& time, const Limits& limits) : time_(time), limits_(limits) {}

/// All that is served before a request with this deadline, shared by the workers.
Duration EdgeQueue::wait_before(TimePoint deadline) const {
  const TimePoint now = time_.now();
  Duration sum{0};
  for (const Running& running : running_) {
    sum += std::max(Duration(0), running.begun + running.work->predicted - now);
  }
  for (const auto& [other, work] : waiting_) {
    if (other > deadline) break;
    if (!work->background) sum += work->predicted;
  }
  return sum / std::max(1, limits_.workers);
}

/// Requests that nobody can use any more, taken out.
std::vector<std::shared_ptr<EdgeWork>> EdgeQueue::take_vain() {
  const TimePoint now = time_.now();
  std::vector<std::shared_ptr<EdgeWork>> vain;
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    const std::shared_ptr<EdgeWork>& work = it->second;
    const bool expired = !work->background && work->deadline <= now;
    if (!expired && work->wanted()) {
      ++it;
      continue;
    }
    if (!work->background) --requests_;
    bytes_ -= work->bytes;
    vain.push_back(work);
    it = waiting_.erase(it);
  }
  return vain;
}

void EdgeQueue::drop_all(const std::vector<std::shared_ptr<EdgeWork>>& vain) const {
  for (const auto& work : vain) {
    if (work->wanted()) {
      work->drop(transport::Refusal::expired, "the budget ran out while the request waited");
    } else {
      work->drop(transport::Refusal::cancelled, "nobody waits for the answer any more");
    }
  }
}

Admission EdgeQueue::admit(const std::shared_ptr<EdgeWork>& work) {
  Admission admission;
  std::vector<std::shared_ptr<EdgeWork>> vain;
  {
    const std::lock_guard lock(mutex_);
    vain = take_vain();
    admission.queue = wait_before(work->deadline);
    const Duration left = work->deadline - time_.now();
    if (stopped_) {
      admission.sentence = "the edge is going down";
    } else if (requests_ >= limits_.max_waiting) {
      admission.sentence = "the queue is full with " + std::to_string(requests_) + " requests";
    } else if (work->bytes > limits_.max_bytes - std::min(bytes_, limits_.max_bytes)) {
      admission.sentence = "the tensors that wait already take all memory set aside for them";
    } else if (admission.queue + work->predicted > left) {
      admission.sentence = "cannot finish within the budget: " + ms_text(admission.queue) +
                           " of queue and " + ms_text(work->predicted) + " of compute against " +
                           ms_text(std::max(left, Duration(0))) + " left";
    }
    admission.admitted = admission.sentence.empty();
    if (admission.admitted) {
      waiting_.emplace(work->deadline, work);
      ++requests_;
      bytes_ += work->bytes;
    }
  }
  if (admission.admitted) changed_.notify_one();
  drop_all(vain);
  return admission;
}

void EdgeQueue::add_background(std::shared_ptr<EdgeWork> work) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopped_) {
      const TimePoint deadline = work->deadline;
      waiting_.emplace(deadline, std::move(work));
      changed_.notify_one();
      return;
    }
  }
  work->drop(transport::Refusal::draining, "the edge is going down");
}

std::shared_ptr<EdgeWork> EdgeQueue::begin_next() {
  if (waiting_.empty() || stopped_) return nullptr;
  // The first request goes before background work whose turn has not come yet.
  auto next = waiting_.begin();
  const bool early = next->second->background && next->first > time_.now();
  if (early && requests_ > 0) {
    next = std::find_if(waiting_.begin(), waiting_.end(),
                        [](const auto& entry) { return !entry.second->background; });
  }
  std::shared_ptr<EdgeWork> work = next->second;
  waiting_.erase(next);
  if (!work->background) --requests_;
  bytes_ -= work->bytes;
  running_.push_back({work, time_.now()});
  return work;
}

void EdgeQueue::finish(const std::shared_ptr<EdgeWork>& work, bool done) {
  {
    const std::lock_guard lock(mutex_);
    running_.erase(std::find_if(running_.begin(), running_.end(),
                                [&](const Running& running) { return running.work == work; }));
  }
  if (!done) add_background(work);
}

bool EdgeQueue::run_one(bool wait) {
  for (;;) {
    std::vector<std::shared_ptr<EdgeWork>> vain;
    std::shared_ptr<EdgeWork> work;
    {
      std::unique_lock lock(mutex_);
      if (wait) changed_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
      vain = take_vain();
      work = begin_next();
      if (!work && vain.empty()) return false;
    }
    drop_all(vain);
    if (!work) continue;
    finish(work, work->run());
    return true;
  }
}

bool EdgeQueue::requests_wait() const {
  const std::lock_guard lock(mutex_);
  return requests_ > 0;
}

std::size_t EdgeQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

bool EdgeQueue::idle() const {
  const std::lock_guard lock(mutex_);
  const bool computing = std::any_of(running_.begin(), running_.end(), [](const Running& running) {
    return !running.work->background;
  });
  return requests_ == 0 && !computing;
}

Duration EdgeQueue::wait_estimate() const {
  const std::lock_guard lock(mutex_);
  return wait_before(TimePoint::max());
}

Duration EdgeQueue::overdue() const {
  const std::lock_guard lock(mutex_);
  Duration longest{0};
  for (const Running& running : running_) {
    if (!running.work->background) {
      longest = std::max(longest, time_.now() - running.work->deadline);
    }
  }
  return longest;
}

void EdgeQueue::stop(transport::Refusal why, const std::string& sentence) {
  Waiting dropped;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    dropped.swap(waiting_);
    requests_ = 0;
    bytes_ = 0;
  }
  changed_.notify_all();
  for (const auto& [deadline, work] : dropped) work->drop(why, sentence);
}

}  // namespace branchline::runtime
