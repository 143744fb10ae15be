#include "framework/runtime/device_runner.h"

#include <gtest/gtest.h>

#include <ctime>
#include <thread>

#include "framework/model/model.h"
#include "framework/slice/sample_values.h"
#include "tests/branchy_models/temporary_folder.h"
#include "tests/framework/runtime/tiny_network.h"

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

/// The tiny network's trunk and deepest exit.
class SlowedSlice : public ::testing::Test {
 protected:
  SlowedSlice() {
    const auto units = graph::units_of_exit(model_->layers(), 2);
    slice::SliceSpec spec;
    for (std::int32_t unit = 1; unit < model_->layers().unit_count(); ++unit) {
      if (units[static_cast<std::size_t>(unit)]) spec.units.push_back({unit, unit});
    }
    spec.outputs = {model_->layers().exits.back().value};
    slice_ = slice::compile_slice(model_, spec);
  }

  FeatureMaps picture() const {
    FeatureMaps maps;
    maps[{0, 0}] = slice::random_inputs(*model_, 1, 7).front();
    return maps;
  }

  const branchy_models::TemporaryFolder folder_;
  const std::shared_ptr<const model::Model> model_ =
      model::Model::load(testing::write_tiny_network(folder_.path()));
  std::shared_ptr<const slice::Slice> slice_;
};

/// Nothing computes this slice in 10 microseconds.
TEST_F(SlowedSlice, TakesManyTimesAsLongAndSaysTheSame) {
  FeatureMaps plain = picture(), slowed = picture();
  DeviceRunner(1).run(*slice_, plain);
  DeviceRunner device(5000);
  for (int run = 0; run < 2; ++run) {
    EXPECT_GE(device.run(*slice_, slowed), 50ms) << run;
    const graph::ValueId logits = model_->layers().exits.back().value;
    EXPECT_TRUE(slowed.at(logits).equal(plain.at(logits))) << run;
  }
}

TEST_F(SlowedSlice, EndsAtOnceOnADeviceThatIsStopped) {
  DeviceRunner device(10'000'000);
  device.stop();
  FeatureMaps maps = picture();
  device.run(*slice_, maps);
  EXPECT_TRUE(maps.contains(model_->layers().exits.back().value));
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
