#include "framework/runtime/insurance.h"

#include <algorithm>

#include "framework/base/error.h"

namespace branchline::runtime {
namespace {

constexpr int kCheapShare = 30;  // a head that costs less than 1/30 of the way is no loss

}  // namespace

Insurance::Insurance(const ExitLadder& ladder, double device_ratio, bool pass_exits)
    : ladder_(ladder),
      ratio_(device_ratio),
      pass_exits_(pass_exits),
      done_(ladder.steps.size(), false) {}

void Insurance::mark_done(std::size_t step) { done_.at(step) = true; }

void Insurance::mark_answered(int exit) { answered_ = std::max(answered_, exit); }

Duration Insurance::expected(int exit) const {
  Duration rest{0};
  for (const std::size_t step : ladder_.rungs.at(static_cast<std::size_t>(exit))) {
    if (!done_[step]) rest += ladder_.steps[step].time->expected(ratio_);
  }
  return rest;
}

Duration Insurance::cautious(int exit) const {
  Duration rest{0};
  for (const std::size_t step : ladder_.rungs.at(static_cast<std::size_t>(exit))) {
    if (!done_[step]) rest += ladder_.steps[step].time->cautious(ratio_);
  }
  return rest;
}

Duration Insurance::likely(int exit) const { return (expected(exit) + cautious(exit)) / 2; }

std::optional<std::size_t> Insurance::step_to(int exit) const {
  for (const std::size_t step : ladder_.rungs.at(static_cast<std::size_t>(exit))) {
    if (!done_[step]) return step;
  }
  return std::nullopt;
}

std::optional<int> Insurance::target(Duration left, int deepest) const {
  // With an answer in hand there is nothing to lose: what will probably fit is tried.
  for (int exit = deepest; exit > answered_; --exit) {
    if ((answered_ < 0 ? cautious(exit) : expected(exit)) <= left) return exit;
  }
  if (answered_ >= 0) return std::nullopt;
  int quickest = 0;
  for (int exit = 1; exit <= deepest; ++exit) {
    if (expected(exit) < expected(quickest)) quickest = exit;
  }
  return quickest;
}

bool Insurance::worth_passing(int exit, int target, Duration left) const {
  const std::optional<std::size_t> next = step_to(exit);
  const bool only_head_is_left = next && ladder_.steps[*next].exit == exit;
  if (!only_head_is_left) return false;
  const Duration head = ladder_.steps[*next].time->expected(ratio_);
  const Duration way = expected(target);
  if (cautious(target) + head > left) return false;
  if (pass_exits_ || head * kCheapShare <= way) return true;
  const bool tight = left < 2 * cautious(target);
  return answered_ < 0 && tight;
}

std::optional<std::size_t> Insurance::next_step(Duration left, int deepest) const {
  BL_EXPECT(deepest >= 0 && deepest < static_cast<int>(ladder_.rungs.size()), "no such exit");
  const std::optional<int> goal = target(left, deepest);
  if (!goal) return std::nullopt;
  for (int exit = answered_ + 1; exit < *goal; ++exit) {
    if (worth_passing(exit, *goal, left)) return step_to(exit);
  }
  return step_to(*goal);
}

}  // namespace branchline::runtime
