#include "framework/profile/stopwatch.h"

#include <ATen/Parallel.h>
#include <sys/resource.h>
#include <time.h>

#include <algorithm>

namespace branchline::profile {
namespace {

Duration thread_compute_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + Duration(time.tv_nsec);
}

long times_preempted() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nivcsw;
}

}  // namespace

Stopwatch::Stopwatch() : computed_(thread_compute_time()), preempted_(times_preempted()) {
  begin_ = Clock::now();
}

Duration Stopwatch::elapsed() const {
  const Duration wall = Clock::now() - begin_;
  if (at::get_num_threads() != 1 || times_preempted() == preempted_) return wall;
  return std::min(wall, thread_compute_time() - computed_);
}

}  // namespace branchline::profile
