#pragma once

#include <sched.h>

#include <vector>

namespace branchline::lab {

/// Cores this process may use, ascending.
std::vector<int> usable_cores();

/// Keeps the calling thread, and the threads and processes it starts meanwhile, on one core.
class PinnedTo {
 public:
  /// @throws RunError when the kernel does not let it
  explicit PinnedTo(int core);
  ~PinnedTo();  ///< the thread may go where it could before
  PinnedTo(const PinnedTo&) = delete;
  PinnedTo& operator=(const PinnedTo&) = delete;

 private:
  cpu_set_t before_;
};

}  // namespace branchline::lab
