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

  /// To be rung when something about a slot changed; may be kept.
  std::shared_ptr<Bell> bell() const { return bell_; }

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
  const std::shared_ptr<Bell> bell_ = std::make_shared<Bell>();
  mutable std::mutex mutex_;  // guards the three below
  std::deque<Entry> entries_;
  bool stopping_ = false, ended_ = false;
  std::thread thread_;
};

}  // namespace branchline::runtime
