#pragma once

#include <cmath>
#include <cstdint>

namespace branchline::planner {

/// What a goodput sample says before any statistics.
enum class SampleMeaning {
  measured,  ///< finite and positive: a goodput
  nothing,   ///< negative, infinite or not a number: no measurement, to be forgotten
  silent,    ///< zero: nothing came through, perhaps by chance
  died,      ///< the zero that makes the link dead; later ones are silent
  revived,   ///< measured, the first one of a link that was dead
};

/// Tells a dead link from an unlucky interval: goodput is judged by its logarithm, and zero has
/// none. Links with short sampling intervals show zeros between good samples, so only several in a
/// row mean that the link is dead.
class LinkSilence {
 public:
  /// @param zeros_to_death  zeros in a row, >= 1
  explicit LinkSilence(std::int32_t zeros_to_death) : zeros_to_death_(zeros_to_death) {}

  SampleMeaning add(double goodput_bytes_per_s) noexcept {
    if (!std::isfinite(goodput_bytes_per_s) || goodput_bytes_per_s < 0) {
      return SampleMeaning::nothing;
    }
    if (goodput_bytes_per_s > 0) {
      const bool was_dead = dead();
      zeros_ = 0;
      return was_dead ? SampleMeaning::revived : SampleMeaning::measured;
    }
    if (dead()) return SampleMeaning::silent;
    ++zeros_;
    return dead() ? SampleMeaning::died : SampleMeaning::silent;
  }

  bool dead() const noexcept { return zeros_ == zeros_to_death_; }

 private:
  std::int32_t zeros_to_death_;
  std::int32_t zeros_ = 0;
};

}  // namespace branchline::planner
