#include "apps/lab/sweep/stop_point.h"

#include <utility>

namespace branchline::lab {

void stop_point(const StopFlag& stop) {
  if (stop.raised()) throw Stopped{};
}

profile::RunSlice stoppable(profile::RunSlice run, const StopFlag& stop) {
  return [run = std::move(run), &stop](const slice::SliceSpec& spec, int warmup, int runs) {
    stop_point(stop);
    return run(spec, warmup, runs);
  };
}

}  // namespace branchline::lab
