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

OnStop::OnStop(const StopFlag& stop, std::function<void()> act)
    : thread_([&stop, act = std::move(act)](const std::stop_token& over) {
        constexpr Duration kLookEvery = std::chrono::milliseconds(20);  // whether this still lives
        while (!over.stop_requested()) {
          if (!stop.wait_until(Clock::now() + kLookEvery)) return act();
        }
      }) {}

}  // namespace branchline::lab
