#include "framework/runtime/answer_desk.h"

#include <algorithm>
#include <utility>

namespace branchline::runtime {

AnswerDesk::AnswerDesk(WakeUpReserve& reserve) : reserve_(reserve), thread_([this] { run(); }) {}

AnswerDesk::~AnswerDesk() { stop(); }

void AnswerDesk::add(std::shared_ptr<AnswerSlot> slot, Deliver deliver) {
  {
    std::unique_lock lock(mutex_);
    if (ended_) {  // nobody else would deliver it
      lock.unlock();
      slot->wait();
      return deliver(slot->settle(Clock::now()));
    }
    entries_.push_back({std::move(slot), std::move(deliver), std::nullopt});
  }
  bell_->ring();
}

void AnswerDesk::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  bell_->ring();
  if (thread_.joinable()) thread_.join();
}

std::size_t AnswerDesk::waiting() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

TimePoint AnswerDesk::settle_due() {
  const TimePoint now = Clock::now();
  TimePoint next = now + std::chrono::seconds(1);
  const std::lock_guard lock(mutex_);
  for (Entry& entry : entries_) {
    if (entry.result) continue;
    if (entry.slot->due(now)) {
      entry.result = entry.slot->settle(Clock::now());
      continue;
    }
    const TimePoint answer_by = entry.slot->budget().answer_by();
    if (answer_by > now) next = std::min(next, answer_by);
  }
  return next;
}

std::vector<AnswerDesk::Entry> AnswerDesk::take_deliverable() {
  const std::lock_guard lock(mutex_);
  std::vector<Entry> ready;
  while (!entries_.empty() && entries_.front().result) {
    ready.push_back(std::move(entries_.front()));
    entries_.pop_front();
  }
  return ready;
}

void AnswerDesk::run() {
  for (;;) {
    const std::uint64_t rings = bell_->rings();
    const TimePoint next = settle_due();
    for (Entry& entry : take_deliverable()) entry.deliver(std::move(*entry.result));
    {
      const std::lock_guard lock(mutex_);
      ended_ = stopping_ && entries_.empty();
      if (ended_) return;
    }
    if (!bell_->wait_until(rings, next)) reserve_.add_wake_up(next, Clock::now());
  }
}

}  // namespace branchline::runtime
