#include "framework/runtime/device_runner.h"

#include <time.h>

#include <algorithm>
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

DeviceRunner::DeviceRunner(double slowdown) : slowdown_(slowdown) {}

Duration DeviceRunner::run(const slice::Slice& slice, FeatureMaps& maps) {
  const auto name = [&] { return to_string(slice.spec().units); };
  return run(name, [&] {
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

Duration DeviceRunner::encode(graph::ValueId value, transport::Codec codec,
                              const std::function<void()>& work) {
  const auto name = [&] {
    return "value " + std::to_string(value.unit) + "." + std::to_string(value.index) + " as " +
           transport::name_of(codec);
  };
  return run(name, work);
}

Duration DeviceRunner::run(const std::function<std::string()>& name,
                           const std::function<void()>& work) {
  const TimePoint begun = Clock::now();
  const Duration busy_before = thread_time();
  work();
  if (slowdown_.factor() > 1) {
    const Duration busy = std::min(thread_time() - busy_before, Clock::now() - begun);
    std::unique_lock lock(mutex_);
    const Duration rest = slowdown_.rest_after(name(), busy);
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
