#include "framework/runtime/edge_queue.h"

#include <algorithm>
#include <utility>

namespace branchline::runtime {
namespace {

constexpr std::size_t kLatenessSamples = 64;
constexpr double kMarginShare = 0.95;  ///< of requests end before what was foretold and the margin

}  // namespace

EdgeQueue::EdgeQueue(const TimeSource& time, const Limits& limits)
    : time_(time), limits_(limits), lateness_(kLatenessSamples) {}

std::vector<const EdgeWork*> EdgeQueue::in_order() const {
  std::vector<const EdgeWork*> order;
  order.reserve(waiting_.size() + 1);
  for (const auto& [deadline, entry] : waiting_) order.push_back(entry.work.get());
  return order;
}

/// What takes longer than foretold is expected to take as much longer as it did already.
std::vector<TimePoint> EdgeQueue::free_at(TimePoint now) const {
  std::vector<TimePoint> free_at(static_cast<std::size_t>(std::max(1, limits_.workers)), now);
  const std::size_t busy = std::min(free_at.size(), running_.size());
  for (std::size_t i = 0; i < busy; ++i) {
    free_at[i] = now + std::chrono::abs(running_[i].begun + running_[i].predicted - now);
  }
  return free_at;
}

BatchLimits EdgeQueue::batch_limits() const {
  return {limits_.max_batch, limits_.longest_batch, margin_};
}

Duration EdgeQueue::wait_for_all(TimePoint now) const {
  const auto order = in_order();
  EdgeForecast forecast(order, free_at(now), batch_limits(), background_from_);
  forecast.run_out();
  return forecast.next_free() - now;
}

/// Requests that nobody can use any more, or that will not end in time, taken out.
EdgeWorks EdgeQueue::take_vain() {
  const TimePoint now = time_.now();
  EdgeWorks vain;
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    const auto& [work, charged, foretold] = it->second;
    const Duration compute = work->time_of(1);
    // Three quarters: the prediction may be a little too long.
    const bool expired = !work->background && work->deadline <= now + 3 * compute / 4;
    if (!expired && work->wanted()) {
      ++it;
      continue;
    }
    if (!work->background) {
      --requests_;
      shares_.drop(work->asker, charged, work->bytes);
    }
    if (expired) note_lateness(now + compute - foretold);
    bytes_ -= work->bytes;
    vain.push_back(work);
    it = waiting_.erase(it);
  }
  return vain;
}

void EdgeQueue::note_lateness(Duration late) {
  lateness_.add(std::max(late, Duration(0)));
  margin_ = lateness_.quantile(kMarginShare);
}

void EdgeQueue::drop_all(const EdgeWorks& vain) const {
  for (const auto& work : vain) {
    if (work->wanted()) {
      work->drop(transport::Refusal::expired,
                 "the request waited until its budget no longer sufficed");
    } else {
      work->drop(transport::Refusal::cancelled, "nobody waits for the answer any more");
    }
  }
}

Admission EdgeQueue::admit(const std::shared_ptr<EdgeWork>& work) {
  Admission admission;
  EdgeWorks vain;
  {
    const std::lock_guard lock(mutex_);
    vain = take_vain();
    std::vector<EdgeForecast::Turn> turns;
    admission = judge(*work, time_.now(), turns);
    if (admission.admitted) {
      const Duration compute = work->time_of(1);
      waiting_.emplace(work->deadline, Entry{work, compute, {}});
      shares_.admit(work->asker, compute, work->bytes);
      ++requests_;
      bytes_ += work->bytes;
      auto turn = turns.begin();
      for (auto& [deadline, entry] : waiting_) entry.foretold = (turn++)->end;
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
      waiting_.emplace(deadline, Entry{std::move(work), {}, {}});
      changed_.notify_one();
      return;
    }
  }
  work->drop(transport::Refusal::draining, "the edge is going down");
}

std::vector<EdgeQueue::Entry> EdgeQueue::begin_next() {
  std::vector<Entry> entries;
  if (waiting_.empty() || stopped_) return entries;
  const TimePoint now = time_.now();
  const auto order = in_order();
  std::vector<TimePoint> workers = free_at(now);
  const std::size_t me = std::min(running_.size(), workers.size() - 1);
  const auto places =
      EdgeForecast(order, std::move(workers), batch_limits(), background_from_).take(me, now);
  auto it = waiting_.begin();
  std::size_t at = 0;
  for (const std::size_t place : places) {
    for (; at < place; ++at) ++it;
    entries.push_back(std::move(it->second));
    it = waiting_.erase(it);
    ++at;
  }
  const EdgeWork& first = *entries.front().work;
  for (const Entry& entry : entries) {
    bytes_ -= entry.work->bytes;
    if (first.background) continue;
    --requests_;
    shares_.begin(entry.work->asker, entry.work->bytes);
  }
  if (first.times && entries.size() == 1 && limits_.max_batch > 1) note_company(*first.times);
  if (first.background) keep_background(now, now + first.predicted);
  running_.push_back({entries, now, first.time_of(static_cast<int>(entries.size()))});
  return entries;
}

/// Tells the plan when another request for it waits.
void EdgeQueue::note_company(ServiceTimes& times) const {
  const bool company = std::any_of(waiting_.begin(), waiting_.end(), [&](const auto& waiting) {
    return waiting.second.work->times.get() == &times;
  });
  if (company) times.note_company();
}

/// From before requests, after a turn of it.
void EdgeQueue::keep_background(TimePoint begun, TimePoint ended) {
  background_from_ = std::max(background_from_, EdgeForecast::background_after(begun, ended));
}

void EdgeQueue::finish(const std::vector<Entry>& entries, bool done) {
  const auto& first = entries.front().work;
  {
    const std::lock_guard lock(mutex_);
    const auto ended = std::find_if(running_.begin(), running_.end(), [&](const Running& running) {
      return running.entries.front().work == first;
    });
    const TimePoint now = time_.now();
    if (first->background) {
      keep_background(ended->begun, now);
    } else {
      for (const Entry& entry : entries) note_lateness(now - entry.foretold);
    }
    running_.erase(ended);
  }
  if (!done) add_background(first);
}

bool EdgeQueue::run_one(bool wait) {
  for (;;) {
    EdgeWorks vain;
    std::vector<Entry> entries;
    {
      std::unique_lock lock(mutex_);
      if (wait) changed_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
      vain = take_vain();
      entries = begin_next();
      if (entries.empty() && vain.empty()) return false;
    }
    drop_all(vain);
    if (entries.empty()) continue;
    EdgeWorks mates;
    for (std::size_t i = 1; i < entries.size(); ++i) mates.push_back(entries[i].work);
    finish(entries, entries.front().work->run(mates));
    return true;
  }
}

std::size_t EdgeQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

bool EdgeQueue::idle() const {
  const std::lock_guard lock(mutex_);
  const bool computing = std::any_of(running_.begin(), running_.end(), [](const Running& running) {
    return !running.entries.front().work->background;
  });
  return requests_ == 0 && !computing;
}

Duration EdgeQueue::wait_estimate() const {
  const std::lock_guard lock(mutex_);
  return wait_for_all(time_.now());
}

Duration EdgeQueue::overdue() const {
  const std::lock_guard lock(mutex_);
  Duration longest{0};
  for (const Running& running : running_) {
    const EdgeWork& first = *running.entries.front().work;  // its deadline is the earliest
    if (!first.background) longest = std::max(longest, time_.now() - first.deadline);
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
  for (const auto& [deadline, entry] : dropped) entry.work->drop(why, sentence);
}

}  // namespace branchline::runtime
