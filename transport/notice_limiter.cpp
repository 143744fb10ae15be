#include "transport/notice_limiter.h"

#include <algorithm>
#include <utility>

namespace branchline::transport {

std::optional<std::string> NoticeLimiter::admit(std::string line, TimePoint now) {
  const double passed = std::chrono::duration<double>(now - last_).count();
  last_ = now;
  allowed_ = std::min(kAtOnce, allowed_ + passed * kPerSecond);
  if (allowed_ < 1) {
    ++left_out_;
    return std::nullopt;
  }
  allowed_ -= 1;
  const std::uint64_t left_out = std::exchange(left_out_, 0);
  if (left_out > 0) line += " (" + std::to_string(left_out) + " more lines were left out)";
  return line;
}

}  // namespace branchline::transport
