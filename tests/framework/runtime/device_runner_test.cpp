#include "framework/runtime/device_runner.h"

#include <gtest/gtest.h>

#include <ctime>
#include <thread>

namespace branchline::runtime {
namespace {

using namespace std::chrono_literals;

Duration processor_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// Keeps the processor busy for so long.
void compute(Duration time) {
  const Duration end = processor_time() + time;
  while (processor_time() < end) {
  }
}

/// Sleeps are never shorter than they are to be, whatever else the machine does.
TEST(DeviceRunner, TakesTheFactorTimesWhatTheWorkTookOfTheProcessor) {
  DeviceRunner device(20);
  EXPECT_GE(device.encode({0, 0}, transport::Codec::fp16, [] { compute(1ms); }), 20ms);
}

TEST(DeviceRunner, DoesNotMultiplyTheTimeThatWorkSlept) {
  DeviceRunner device(1000);
  const auto work = [] { std::this_thread::sleep_for(20ms); };
  EXPECT_LT(device.encode({0, 0}, transport::Codec::fp16, work), 1000 * 20ms);
}

/// It would sleep for half an hour else.
TEST(DeviceRunner, SleepsNoMoreOnceItIsStopped) {
  DeviceRunner device(1'000'000);
  device.stop();
  bool worked = false;
  device.encode({0, 0}, transport::Codec::fp16, [&] {
    compute(2ms);
    worked = true;
  });
  EXPECT_TRUE(worked);
}

}  // namespace
}  // namespace branchline::runtime
