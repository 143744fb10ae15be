#pragma once

#include <chrono>
#include <thread>

namespace branchline::testing {

/// For what other threads or processes do in their own time: looks every 10 ms until `patience` is
/// spent on waiting; what a look itself takes does not count. @returns whether the condition came
/// true
template <typename Condition>
bool eventually(std::chrono::milliseconds patience, const Condition& condition) {
  constexpr std::chrono::milliseconds kPause{10};
  for (; patience > kPause; patience -= kPause) {
    if (condition()) return true;
    std::this_thread::sleep_for(kPause);
  }
  return condition();
}

}  // namespace branchline::testing
