#include "apps/lab/core_pin.h"

#include <string>

#include "framework/base/error.h"

namespace branchline::lab {

std::vector<int> usable_cores() {
  cpu_set_t cores;
  std::vector<int> usable;
  if (::sched_getaffinity(0, sizeof cores, &cores) != 0) return usable;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &cores)) usable.push_back(core);
  }
  return usable;
}

PinnedTo::PinnedTo(int core) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(core, &only);
  if (::sched_getaffinity(0, sizeof before_, &before_) != 0 ||
      ::sched_setaffinity(0, sizeof only, &only) != 0) {
    throw RunError("this thread cannot be kept on core " + std::to_string(core));
  }
}

PinnedTo::~PinnedTo() { ::sched_setaffinity(0, sizeof before_, &before_); }

}  // namespace branchline::lab
