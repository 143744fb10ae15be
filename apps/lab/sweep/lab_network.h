#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "apps/lab/edge_process.h"
#include "apps/lab/run_folder.h"
#include "apps/lab/stop_flag.h"
#include "apps/lab/sweep/experiment.h"
#include "apps/lab/sweep/layer_times.h"
#include "framework/model/model.h"
#include "framework/profile/unit_profile.h"
#include "framework/runtime/slice_paces.h"
#include "framework/runtime/wire_costs.h"
#include "framework/slice/slice_cache.h"

namespace branchline::lab {

/// What sending a value through a codec was seen to cost on this machine.
struct SeenSending {
  graph::ValueId value;
  transport::Codec codec = transport::Codec::raw;
  std::int64_t bytes = 0;
  Duration encode{0};
};

/// A network as an experiment runs it: what it takes on the slowed device and on the edge, measured
/// on this machine.
struct LabNetwork {
  std::string name;
  std::string file;
  std::string profile_file;  ///< what `graph` has its times from
  std::string data_set;      ///< where the pictures are from
  std::shared_ptr<const model::Model> model;
  double slowdown = 1;               ///< of the device; the edge is this machine as it is
  graph::LayerGraph graph;           ///< with the device's and the edge's times
  std::vector<at::Tensor> pictures;  ///< as unit 0 puts them out, in the order they are sent
  std::vector<SeenSending> sendings;
  std::int64_t up_overhead = 0, down_overhead = 0;  ///< bytes of a frame beside its payload
  LayerTimes layers;
  /// Of profile, given plans and engine: the device is the same in all.
  std::shared_ptr<runtime::SlicePaces> paces = std::make_shared<runtime::SlicePaces>();

  /// Codecs and what they cost, as an engine on this device would know them.
  std::unique_ptr<runtime::WireCosts> wire_costs() const;
};

/// Of the alternatives the first whose test pictures are found (where the experiment names frames,
/// the first alternative), profiled now; or, when the folder
/// holds a profile of this network and machine, as that says: a run that is resumed keeps its
/// plans.
/// @param edge  set to a branchlined that serves the network
/// @throws InputError when there is no such model, no pictures, or, without frames, no accuracies;
/// Stopped (stop_point.h) soon after the flag is raised.
LabNetwork open_network(const std::vector<std::string>& alternatives, const Experiment& experiment,
                        const RunFolder& folder, const StopFlag& stop,
                        std::unique_ptr<EdgeProcess>& edge,
                        const std::function<void(const std::string&)>& progress);

}  // namespace branchline::lab
