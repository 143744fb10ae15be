#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <string>

#include "apps/lab/stop_flag.h"
#include "apps/lab/sweep/lab_network.h"
#include "apps/lab/sweep/plan_sample.h"
#include "branchline/engine.h"
#include "transport/link_emulator.h"

namespace branchline::lab {

/// Puts frames of one network to the real engine, each when nothing of the one before is left: on
/// the slowed device, with the network's own profile, over an emulated link to a branchlined,
/// insured. For one thread.
class EngineRunner {
 public:
  /// @param network    borrowed; without a profile_file the engine measures by itself
  /// @param edge_port  of a branchlined that serves the network, on loopback
  EngineRunner(const LabNetwork& network, std::uint16_t edge_port);

  /// A new engine on a link of its own, which it knows nothing of yet.
  /// @throws RunError when it has not reached the edge and prepared its plans after a minute;
  /// Stopped (stop_point.h)
  void open(const transport::LinkProfile& link, const StopFlag& stop);
  void close();

  /// Untold frames by this deadline until the engine has measured the link, prepared its plans and
  /// planned the same a few times running, but not beyond `at_most`. @throws as run, Stopped
  void settle(Duration deadline, Duration at_most, const StopFlag& stop);

  /// The link is like this from now on; a recording starts at its beginning.
  void set_link(const transport::LinkProfile& link);

  /// @param picture  as unit 0 puts it out
  /// @returns with what answered. Bytes up are those of the frame, had it been sent whole.
  /// @throws RunError when the engine gives no answer.
  PlanSample run(const at::Tensor& picture, Duration deadline);

 private:
  Result infer(const at::Tensor& picture, Duration deadline);

  const LabNetwork& network_;
  const std::uint16_t edge_port_;
  const Duration longest_slice_;  ///< of the device
  transport::IoThread io_;
  transport::LinkProfile profile_;
  std::unique_ptr<transport::LinkEmulator> link_;
  std::optional<Engine> engine_;  // goes first: it talks over the link
};

/// What a result says of its frame. @param delay  of the link, one way
PlanSample sample_of(const Result& result, std::int64_t up_overhead, Duration delay);

}  // namespace branchline::lab
