#include "apps/lab/experiments/emulation/device_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <thread>

#include "apps/lab/experiments/emulation/cpu_cgroup.h"
#include "apps/lab/sweep/plan_sample.h"
#include "framework/base/error.h"
#include "framework/profile/exit_segments.h"
#include "framework/profile/slice_inputs.h"
#include "framework/runtime/device_runner.h"
#include "framework/slice/compute_threads.h"

namespace branchline::lab {
namespace {

constexpr double kLengths_s[] = {0, 0.05, 0.55};  // 0: one run

/// One of each length, one run at least.
std::vector<int> runs_of_lengths(WorkProcess& worker) {
  constexpr int kTrials = 20;
  double one = worker.seconds(1, 1);  // the quickest: a busy machine only makes it slower
  for (int i = 1; i < kTrials; ++i) one = std::min(one, worker.seconds(1, 1));
  std::vector<int> runs;
  for (const double length : kLengths_s) {
    const int wanted = std::max(1, static_cast<int>(std::lround(length / one)));
    if (runs.empty() || wanted > runs.back()) runs.push_back(wanted);
  }
  return runs;
}

/// Both emulations of one device at one length of work.
class DeviceTrial {
 public:
  DeviceTrial(const DeviceQuestion& question, WorkProcess& worker, CpuCgroup* cgroup,
              double slowdown, int runs)
      : question_(question), worker_(worker), cgroup_(cgroup), slowdown_(slowdown), runs_(runs) {}

  /// Each time with a run that is not slowed beside it, for a machine's speed drifts.
  void repeat() {
    add(std::nullopt, [&] { return worker_.seconds(slowdown_, runs_); });
    if (cgroup_ == nullptr) return;
    for (const Duration period : question_.periods) {
      add(period, [&] {
        cgroup_->set_quota(1 / slowdown_, period);
        std::this_thread::sleep_for(period);
        const double seconds = worker_.seconds(1, runs_);
        cgroup_->lift_quota();
        return seconds;
      });
    }
  }

  std::vector<DeviceCell> cells() {
    std::vector<DeviceCell> cells;
    const double work_ms = 1e3 * median_of(plain_).value;
    for (auto& [period, ratios] : ratios_) {
      cells.push_back({slowdown_, period, runs_, work_ms, median_of(ratios)});
    }
    return cells;
  }

 private:
  void add(std::optional<Duration> period, const std::function<double()>& slowed) {
    const double plain = worker_.seconds(1, runs_);
    plain_.push_back(plain);
    const auto same = std::find_if(ratios_.begin(), ratios_.end(),
                                   [&](const auto& known) { return known.first == period; });
    auto& ratios =
        same != ratios_.end() ? same->second : ratios_.emplace_back(period, Ratios{}).second;
    ratios.push_back(slowed() / plain);
  }

  using Ratios = std::vector<double>;
  const DeviceQuestion& question_;
  WorkProcess& worker_;
  CpuCgroup* const cgroup_;
  const double slowdown_;
  const int runs_;
  std::vector<double> plain_;
  std::vector<std::pair<std::optional<Duration>, Ratios>> ratios_;
};

/// Holds the worker. @returns null, and why, when it cannot be had
std::unique_ptr<CpuCgroup> cgroup_for(const WorkProcess& worker, const std::string& mounts,
                                      std::string& unavailable) {
  const std::optional<CpuHierarchy> hierarchy = cpu_hierarchy(mounts);
  if (!hierarchy) {
    unavailable = "no cgroup hierarchy with the cpu controller is mounted";
    return nullptr;
  }
  try {
    auto cgroup = std::make_unique<CpuCgroup>(*hierarchy);
    cgroup->hold(worker.pid());
    cgroup->set_quota(0.5, std::chrono::milliseconds(100));
    cgroup->lift_quota();
    return cgroup;
  } catch (const RunError& error) {
    unavailable = error.what();
    return nullptr;
  }
}

}  // namespace

bool DeviceCell::honest() const {
  if (!quota_period) return true;
  const double period_ms = to_ms(*quota_period);
  return slowdown * work_ms >= kHonestPeriods * period_ms &&
         period_ms / slowdown >= kHonestShare_ms;
}

WorkProcess::Work network_work(const std::string& model_file) {
  slice::set_compute_threads(1);
  const std::shared_ptr<const model::Model> model = model::Model::load(model_file);
  const graph::LayerGraph& layers = model->layers();
  const auto whole =
      slice::compile_slice(model, profile::whole_of(layers, layers.exit_count() - 1));
  const auto values = profile::slice_inputs(*model, whole->spec().units);
  runtime::FeatureMaps inputs;
  for (std::size_t i = 0; i < values.size(); ++i) inputs[whole->inputs()[i]] = values[i];
  return [whole, inputs](double slowdown, int times) {
    runtime::DeviceRunner runner(slowdown);
    const TimePoint begun = Clock::now();
    for (int i = 0; i < times; ++i) {
      runtime::FeatureMaps maps = inputs;
      runner.run(*whole, maps);
    }
    return std::chrono::duration<double>(Clock::now() - begun).count();
  };
}

DeviceCheck check_devices(const DeviceQuestion& question, WorkProcess& worker,
                          const std::string& mounts, const StopFlag& stop,
                          const std::function<void(const std::string&)>& progress) {
  DeviceCheck check;
  const std::vector<int> lengths = runs_of_lengths(worker);
  const auto cgroup = cgroup_for(worker, mounts, check.unavailable);
  for (const double slowdown : question.slowdowns) {
    for (const int runs : lengths) {
      DeviceTrial trial(question, worker, cgroup.get(), slowdown, runs);
      progress(fmt::format("{} runs on a device {:g} times slower", runs, slowdown));
      for (int i = 0; i < question.repeats; ++i) {
        if (stop.raised()) return check;
        trial.repeat();
      }
      for (DeviceCell& cell : trial.cells()) check.cells.push_back(std::move(cell));
    }
  }
  return check;
}

}  // namespace branchline::lab
