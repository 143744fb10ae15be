#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <vector>

#include "apps/lab/sweep/edge_line.h"
#include "apps/lab/sweep/frame_stream.h"
#include "apps/lab/sweep/lab_network.h"
#include "apps/lab/sweep/plan_sample.h"
#include "apps/lab/sweep/planning_methods.h"
#include "framework/runtime/device_runner.h"
#include "framework/slice/slice_cache.h"
#include "transport/link_emulator.h"

namespace branchline::lab {

/// Runs given plans of one network for real: the slowed device's slices, the codecs, an emulated
/// link, a branchlined, the tail. No engine chooses or insures. For one thread.
class PlanRunner {
 public:
  /// @param network    borrowed
  /// @param edge_port  of a branchlined that serves the network, on loopback
  PlanRunner(const LabNetwork& network, std::uint16_t edge_port);
  ~PlanRunner();

  /// Compiles the plan on both sides, and puts the link between them from its beginning on. A plan
  /// that sends nothing takes any link. @throws RunError
  void prepare(const MethodPlan& plan, const transport::LinkProfile& link);

  /// The plan prepared last. Anything that takes longer than `limit` on the link is given up.
  /// @param picture  as unit 0 puts it out
  /// @throws RunError when an operator fails, the edge refuses or is lost.
  PlanSample run(const at::Tensor& picture, Duration limit);

  /// The same plan over and over, on the network's pictures in turn, several frames under way at
  /// once: one on the device, others on the link and the edge. The link starts from its beginning.
  /// @returns none when the connection is lost on the way
  /// @throws RunError as run() otherwise.
  std::vector<PlanSample> stream(const StreamLimits& limits, const std::function<bool()>& stopped);

  /// The device rests no more, from now on: what runs is over soon, and no measurement. From any
  /// thread.
  void stop() { device_.stop(); }

 private:
  class Stream;
  using Slices = std::vector<std::shared_ptr<const slice::Slice>>;

  Slices compiled(const std::vector<runtime::DeviceStep>& steps);
  EdgeLine& line();
  void run_slices(const Slices& slices, runtime::FeatureMaps& maps);
  transport::Request request_of(const runtime::FeatureMaps& maps, Duration budget);
  void take(runtime::LinkReply reply, runtime::FeatureMaps& maps, PlanSample& sample) const;

  const LabNetwork& network_;
  const std::uint16_t edge_port_;
  runtime::DeviceRunner device_;
  slice::SliceCache cache_;
  const std::unique_ptr<runtime::WireCosts> wire_;  ///< for the codecs' options
  MethodPlan plan_;
  transport::LinkProfile profile_;
  Slices front_, tail_;
  transport::IoThread io_;
  std::unique_ptr<transport::LinkEmulator> link_;
  std::unique_ptr<EdgeLine> line_;
};

}  // namespace branchline::lab
