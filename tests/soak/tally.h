#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace branchline::soak {

/// How often what happened. Safe from any thread.
class Tally {
 public:
  void add(const std::string& what) {
    const std::lock_guard lock(mutex_);
    ++counts_[what];
  }
  std::map<std::string, std::uint64_t> counts() const {
    const std::lock_guard lock(mutex_);
    return counts_;
  }
  std::uint64_t of(const std::string& what) const {
    const std::lock_guard lock(mutex_);
    const auto found = counts_.find(what);
    return found == counts_.end() ? 0 : found->second;
  }

 private:
  mutable std::mutex mutex_;  // guards counts_
  std::map<std::string, std::uint64_t> counts_;
};

}  // namespace branchline::soak
