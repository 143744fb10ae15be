#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "framework/runtime/answer_slot.h"
#include "framework/runtime/edge_reply.h"
#include "framework/runtime/run_context.h"

namespace branchline::runtime {

/// One request's way to the edge and back. It is sent to the edge in use. When that is lost, or
/// refuses for want of room, it is sent again to the spare edge, if an answer can still come in
/// time; when the answer is overdue and hedging is on, to both. The first answer that makes sense
/// goes to the slot, and the other edge is told to stop. The link's handlers hold it: it may
/// outlive its run. Safe from any thread; no lock is held while sending or telling.
class EdgeExchange : public std::enable_shared_from_this<EdgeExchange> {
 public:
  /// @param decision  its plan uses the edge
  /// @param context   outlives the link's handlers
  EdgeExchange(Decision decision, std::shared_ptr<AnswerSlot> slot, RunContext& context);

  /// Once.
  /// @param request       all but the budget
  /// @param useful_until  when nobody can use the answer any more
  void send(transport::Request request, TimePoint useful_until);

  /// Expected from sending until the result, without any queue.
  Duration needs() const { return needs_; }

  enum class State { waiting, answered, failed };
  State state() const;

  /// When hedge_if_due() has something to do; nullopt: never.
  std::optional<TimePoint> hedge_at() const;
  void hedge_if_due();

  /// What the tail reads; once, when answered.
  FeatureMaps take_returned();

 private:
  struct Attempt {
    std::uint64_t connection = 0;
    bool spare = false;  // not the connection in use
    std::string edge;
    TimePoint sent{};
    std::uint64_t id = 0;  // 0: not known yet
    bool over = false;
  };

  bool attempt(Attempt to);
  bool may_attempt() const;
  bool send_again(SentAgain kind);
  std::optional<Attempt> other_edge() const;
  void forget(const Attempt& attempt);
  bool stands_for(const Span& span, const Attempt& attempt) const;
  void hear(std::size_t index, LinkReply reply);
  std::optional<std::vector<std::uint64_t>> claim();
  void take_answer(const Attempt& attempt, EdgeReply heard);
  void give_up_if_hopeless(Why why, const std::string& sentence);
  void release(EdgeRelease why);
  Duration budget_at(TimePoint sent) const;

  const Decision decision_;
  const std::shared_ptr<AnswerSlot> slot_;
  RunContext& context_;
  const Duration needs_;
  const Duration way_back_;   // of needs_, what is left to do when the edge has computed
  TimePoint useful_until_{};  // set before anything is sent, like the two below
  bool packed_ = false;
  std::uint64_t bytes_ = 0;

  mutable std::mutex mutex_;  // guards all below
  transport::Request request_;
  std::vector<Attempt> attempts_;  // two at most
  std::optional<TimePoint> hedge_at_;
  State state_ = State::waiting;
  bool claimed_ = false, released_ = false;
  FeatureMaps returned_;
};

}  // namespace branchline::runtime
