#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "apps/lab/experiments/emulation/work_process.h"
#include "apps/lab/stop_flag.h"
#include "apps/lab/sweep/sample_statistics.h"
#include "framework/base/clock.h"

namespace branchline::lab {

/// From so many periods on work's time under a quota is the device's: the first period's share
/// passes at once. And the kernel hands shares out in portions of 5 ms, so that smaller ones than
/// two are not kept to.
inline constexpr double kHonestPeriods = 10;
inline constexpr double kHonestShare_ms = 10;

/// Work of one length on a device of one slow-down.
struct DeviceCell {
  double slowdown = 1;                   ///< stated
  std::optional<Duration> quota_period;  ///< nullopt: rests stated by runtime::DeviceRunner
  int runs = 1;                          ///< of the network, one after the other
  double work_ms = 0;                    ///< of these runs, not slowed
  Estimate measured;                     ///< times slower; each run beside one that is not slowed

  double over_stated() const { return measured.value / slowdown; }
  bool honest() const;
};

struct DeviceCheck {
  std::vector<DeviceCell> cells;
  std::string unavailable;  ///< why there is no quota; empty: there is
};

/// What is checked.
struct DeviceQuestion {
  std::vector<double> slowdowns;
  int repeats = 1;
  std::vector<Duration> periods = {std::chrono::milliseconds(100), std::chrono::milliseconds(10)};
};

/// The deepest exit of a network in this process, run by runtime::DeviceRunner. For a WorkProcess.
/// @throws InputError as Model::load().
WorkProcess::Work network_work(const std::string& model_file);

/// @param mounts  text of /proc/self/mounts, where the cpu cgroups are found
DeviceCheck check_devices(const DeviceQuestion& question, WorkProcess& worker,
                          const std::string& mounts, const StopFlag& stop,
                          const std::function<void(const std::string&)>& progress);

}  // namespace branchline::lab
