#include "framework/runtime/device_runner.h"

#include <time.h>

#include <algorithm>
#include <string>
#include <utility>

#include "framework/base/error.h"

namespace branchline::runtime {
namespace {

Duration thread_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

DeviceRunner::DeviceRunner(double slowdown, std::shared_ptr<SlicePaces> paces)
    : paces_(std::move(paces)), slowdown_(slowdown) {}

Duration DeviceRunner::busy_with(const std::function<void()>& work) const {
  if (!slowed()) {
    work();
    return Duration::zero();
  }
  const TimePoint begun = Clock::now();
  const Duration busy_before = thread_time();
  work();
  return std::min(thread_time() - busy_before, Clock::now() - begun);
}

Duration DeviceRunner::run(const slice::Slice& slice, FeatureMaps& maps) {
  const TimePoint begun = Clock::now();
  std::vector<at::Tensor> inputs;
  inputs.reserve(slice.inputs().size());
  for (const graph::ValueId& value : slice.inputs()) {
    const auto found = maps.find(value);
    BL_EXPECT(found != maps.end(), "no value of unit " + std::to_string(value.unit) +
                                       " was computed for units " + to_string(slice.spec().units));
    inputs.push_back(found->second);
  }
  std::vector<at::Tensor> outputs;
  const Duration busy = busy_with([&] { outputs = slice.run(inputs); });
  for (std::size_t i = 0; i < outputs.size(); ++i) maps[slice.spec().outputs[i]] = outputs[i];
  if (slowed()) sleep_until(begun + length_of(slice, inputs, begun, busy));
  return Clock::now() - begun;
}

Duration DeviceRunner::length_of(const slice::Slice& slice, const std::vector<at::Tensor>& inputs,
                                 TimePoint begun, Duration busy) {
  const std::string name = to_string(slice.spec().units);
  const auto length = [&] { return scaled(paces_->of(name).value_or(busy), slowdown_.factor()); };
  while (!paces_->known(name) && Clock::now() + busy < begun + length() && !is_stopped()) {
    busy = busy_with([&] { slice.run(inputs); });
    paces_->add(name, busy);
  }
  return length();
}

Duration DeviceRunner::encode(graph::ValueId value, transport::Codec codec,
                              const std::function<void()>& work) {
  const TimePoint begun = Clock::now();
  const Duration busy = busy_with(work);
  if (slowed()) {
    const std::string name = "value " + std::to_string(value.unit) + "." +
                             std::to_string(value.index) + " as " + transport::name_of(codec);
    Duration rest;
    {
      const std::lock_guard lock(mutex_);
      rest = slowdown_.rest_after(name, busy);
    }
    sleep_until(Clock::now() + rest);
  }
  return Clock::now() - begun;
}

bool DeviceRunner::is_stopped() {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

void DeviceRunner::sleep_until(TimePoint end) {
  std::unique_lock lock(mutex_);
  stopping_.wait_until(lock, end, [this] { return stopped_; });
}

void DeviceRunner::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  stopping_.notify_all();
}

}  // namespace branchline::runtime
