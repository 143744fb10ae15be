#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "framework/base/clock.h"

namespace branchline::transport {

/// Lets a few lines for the log through at once and then one a second, so that a flood of bad peers
/// does not become a flood of lines. Not thread-safe.
class NoticeLimiter {
 public:
  /// @returns the line, telling how many were left out before it; nullopt when it is left out.
  std::optional<std::string> admit(std::string line, TimePoint now);

 private:
  static constexpr double kAtOnce = 10;
  static constexpr double kPerSecond = 1;

  double allowed_ = kAtOnce;
  TimePoint last_;
  std::uint64_t left_out_ = 0;
};

}  // namespace branchline::transport
