#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "framework/runtime/answer_slot.h"
#include "framework/runtime/bell.h"
#include "framework/runtime/wake_up_reserve.h"

namespace branchline::runtime {

/// Waits on the clock for requests that nobody waits for: settles each when it is due and hands the
/// results out on its own thread, in the order in which they were added.
class AnswerDesk {
 public:
  using Deliver = std::function<void(Result)>;

  explicit AnswerDesk(WakeUpReserve& reserve);
  ~AnswerDesk();

  /// @param deliver  must not throw; while it runs, later ones wait. Once the desk has stopped,
  /// called from here.
  void add(std::shared_ptr<AnswerSlot> slot, Deliver deliver);

  /// Something about a slot changed.
  void ring() { bell_.ring(); }

  /// Delivers all that was added (their slots must end by themselves), then joins.
  void stop();

  std::size_t waiting() const;

 private:
  struct Entry {
    std::shared_ptr<AnswerSlot> slot;
    Deliver deliver;
    std::optional<Result> result;
  };

  void run();
  TimePoint settle_due();
  std::vector<Entry> take_deliverable();

  WakeUpReserve& reserve_;
  Bell bell_;
  mutable std::mutex mutex_;  // guards the three below
  std::deque<Entry> entries_;
  bool stopping_ = false, ended_ = false;
  std::thread thread_;
};

}  // namespace branchline::runtime
