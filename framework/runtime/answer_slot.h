#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "branchline/result.h"
#include "framework/runtime/time_budget.h"

namespace branchline::runtime {

/// Why the edge's answer is not waited for any longer.
enum class EdgeRelease {
  overdue,    ///< it should have come by now
  overtaken,  ///< the device has one as good
  unwanted    ///< the request was given up, or an early exit was sure
};

using Spans = std::vector<Span>;

/// Where one request's caller, the compute thread and the I/O thread meet: the answers so far, and
/// the one result that comes of them. The caller waits here on a clock, never on compute. Safe from
/// any thread; locks are held for moments only.
class AnswerSlot {
 public:
  AnswerSlot(std::uint64_t frame, TimeBudget budget);

  const TimeBudget& budget() const noexcept { return budget_; }

  /// What was decided. `infeasible`: the device cannot be sure of any answer in time.
  void begin(Plan plan, Why why, Link link, bool infeasible);

  /// The device has an answer; the deepest one counts. `final`: nothing better is planned.
  void offer_device(Plan plan, Tensor logits, bool final);

  /// An exit of the device is so sure that nothing deeper is waited for.
  void offer_confident(Plan plan, Tensor logits);

  /// The edge's answer, or that of a tail computed from it: what was planned.
  void offer_planned(Plan plan, Tensor logits);

  /// The edge will not answer: what the device has, or will have, counts.
  void abandon_edge(Why why, std::string detail);

  /// Nothing better will come.
  void finish();

  /// There is and will be no answer.
  void fail(Outcome outcome, Why why, std::string detail);

  /// Times, bytes and spans, as they become known. A Step::unanswered of no length ends with the
  /// request.
  void record(const std::function<void(Timing&, Spans&)>& change);

  void note_sent_again(SentAgain kind);
  void note_edge(std::string edge);  ///< whose answer counts

  /// Called once, from whoever settles, when the result is made without the edge's answer.
  void on_settled(std::function<void(EdgeRelease)> release);

  /// What is to be told of every change that may end the wait; set before anything else.
  void on_change(std::function<void()> changed);

  /// Returns when the result is due: it is final, or the time to answer has come and there is
  /// something to answer with. @returns when the clock woke the caller, if it did
  std::optional<TimePoint> wait() const;

  /// Whether the result is due at `now`, and when to look again.
  bool due(TimePoint now) const;

  /// No later offer changes the answer: stop computing.
  bool decided() const;

  /// The result is made: nobody waits any more.
  bool settled() const;

  /// The result, made at the first call and the same ever after.
  Result settle(TimePoint now);

 private:
  struct Answer {
    Plan plan;
    Tensor logits;
  };

  bool due_locked(TimePoint now) const;
  void choose_answer(TimePoint now);
  void end_spans();
  void changed(std::unique_lock<std::mutex> lock);

  const TimeBudget budget_;
  mutable std::mutex mutex_;  // guards all below
  mutable std::condition_variable changed_;
  std::function<void()> on_change_;
  std::function<void(EdgeRelease)> release_;
  Result result_;
  Plan planned_;
  std::optional<Answer> device_, planned_answer_;
  bool edge_pending_ = false, infeasible_ = false, final_ = false, failed_ = false;
  bool confident_ = false, settled_ = false;
};

}  // namespace branchline::runtime
