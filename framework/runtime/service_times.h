#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "framework/base/clock.h"

namespace branchline::runtime {

/// How long an edge is busy with requests of one plan, with one or with several that it runs
/// stacked; follows what is measured. Until a size was measured it is taken to cost as much as its
/// requests one by one, and so does not pay. Lock-free, safe from any thread; of two updates at
/// once one may be lost.
class ServiceTimes {
 public:
  /// What is stacked, if anything; every other size would be another shape for oneDNN to compile.
  static constexpr std::array<int, 4> kSizes = {1, 2, 4, 8};

  /// @param stackable  whether several requests may share a run, if they prove to give the same
  explicit ServiceTimes(bool stackable) : state_(stackable ? State::untried : State::forbidden) {}

  /// @param size  one of kSizes
  Duration of(int size) const;
  /// Whether requests run stacked keep the edge at least 5 % shorter than one by one.
  bool pays(int size) const;

  /// The first measurement of one alone, or what it is taken for.
  void set_alone(Duration took);
  /// What a request or a stack of them took: the time follows by a fifth.
  void follow(int size, Duration took);
  /// A run was given up after this long: it would have taken that long at least, and a time that
  /// was trusted less than measured was so wrongly.
  void note_unfinished(int size, Duration so_far);
  /// A request was refused because of its own time alone, which nothing will correct while it never
  /// runs: trusts it a little less, at the least half of what was measured.
  void distrust();

  /// Two requests waited at once: it is worth finding out whether stacking pays.
  void note_company();
  /// True for one caller after note_company(), who finds out then; later again, should stacking not
  /// have paid.
  bool claim_trial();
  /// Ends the trial that was claimed, unless stacking was forbidden meanwhile.
  /// @param relative  how many times longer than one alone each of kSizes took; 0: not measured
  void set_trial(const std::array<double, kSizes.size()>& relative);
  /// Stacked requests do not give what they give alone.
  void forbid();

 private:
  enum class State : std::uint8_t { untried, wanted, trying, tried, forbidden };
  static std::size_t index_of(int size);

  std::atomic<State> state_;
  std::array<std::atomic<Duration::rep>, kSizes.size()> times_{};  ///< 0: not measured
  std::atomic<Duration::rep> measured_alone_{0};  ///< what times_[0] were without distrust
  std::atomic<int> alone_since_trial_{0};
};

}  // namespace branchline::runtime
