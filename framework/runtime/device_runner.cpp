#include "framework/runtime/device_runner.h"

#include <time.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "framework/base/error.h"

namespace branchline::runtime {
namespace {

Duration thread_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

DeviceRunner::DeviceRunner(double slowdown) : slowdown_(slowdown) {
  BL_EXPECT(slowdown >= 1, "a device cannot be emulated faster than it is");
}

Duration DeviceRunner::run(const slice::Slice& slice, FeatureMaps& maps) {
  return run([&] {
    std::vector<at::Tensor> inputs;
    inputs.reserve(slice.inputs().size());
    for (const graph::ValueId& value : slice.inputs()) {
      const auto found = maps.find(value);
      BL_EXPECT(found != maps.end(), "no value of unit " + std::to_string(value.unit) +
                                         " was computed for units " +
                                         to_string(slice.spec().units));
      inputs.push_back(found->second);
    }
    const std::vector<at::Tensor> outputs = slice.run(inputs);
    for (std::size_t i = 0; i < outputs.size(); ++i) maps[slice.spec().outputs[i]] = outputs[i];
  });
}

Duration DeviceRunner::encode(graph::ValueId /*value*/, transport::Codec /*codec*/,
                              const std::function<void()>& work) {
  return run(work);
}

Duration DeviceRunner::run(const std::function<void()>& work) {
  const TimePoint begun = Clock::now();
  const Duration busy_before = thread_time();
  work();
  if (slowdown_ > 1) {
    const Duration busy = std::min(thread_time() - busy_before, Clock::now() - begun);
    const auto rest = Duration(std::llround((slowdown_ - 1) * static_cast<double>(busy.count())));
    std::unique_lock lock(mutex_);
    stopping_.wait_until(lock, Clock::now() + rest, [this] { return stopped_; });
  }
  return Clock::now() - begun;
}

void DeviceRunner::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  stopping_.notify_all();
}

}  // namespace branchline::runtime
