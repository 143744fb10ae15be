#pragma once

#include <optional>
#include <vector>

#include "framework/runtime/exit_ladder.h"

namespace branchline::runtime {

/// Chooses what the device computes next so that an answer exists at the deadline: the deepest exit
/// that surely fits, and on the way there those earlier exits that cost next to nothing, or the
/// first of them when time is short and allows it. Once there is an answer, whatever deeper one
/// probably fits. Serves device-only plans (the target is the plan's exit) and
/// the waiting for an edge (the target is whatever fits). One per request; not safe for several
/// threads.
class Insurance {
 public:
  /// @param ladder  borrowed
  /// @param device_ratio  measured / predicted of this device
  /// @param pass_exits    on the way every exit is computed that time allows, for it may be sure
  Insurance(const ExitLadder& ladder, double device_ratio, bool pass_exits = false);

  /// The step of the ladder to run now, or nullopt when no deeper answer can be had in `left`.
  /// While there is no answer at all there is always a next step: late is better than never.
  /// @param deepest  index of the deepest exit that is wanted
  std::optional<std::size_t> next_step(Duration left, int deepest) const;

  /// As next_step, but straight to `exit` whatever the time.
  std::optional<std::size_t> step_to(int exit) const;

  void mark_done(std::size_t step);
  void mark_answered(int exit);

  int answered() const noexcept { return answered_; }  ///< deepest exit so far; -1: none

  /// Time from here to the exit's logits.
  Duration expected(int exit) const;
  Duration likely(int exit) const;    ///< half-way to cautious: about nine runs in ten take less
  Duration cautious(int exit) const;  ///< hardly ever exceeded

 private:
  std::optional<int> target(Duration left, int deepest) const;
  bool worth_passing(int exit, int target, Duration left) const;

  const ExitLadder& ladder_;
  const double ratio_;
  const bool pass_exits_;
  std::vector<bool> done_;
  int answered_ = -1;
};

}  // namespace branchline::runtime
