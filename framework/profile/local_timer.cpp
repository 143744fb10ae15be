#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <torch/version.h>

#include <fstream>

#include "framework/base/error.h"
#include "framework/profile/slice_inputs.h"
#include "framework/profile/stopwatch.h"
#include "framework/profile/unit_timer.h"

namespace branchline::profile {
namespace {

/// x86 says "model name"; ARM boards name themselves under "Model" or "Hardware".
std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  std::string line, board;
  while (std::getline(file, line)) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos || colon + 2 > line.size()) continue;
    const std::string value = line.substr(colon + 2);
    if (line.rfind("model name", 0) == 0) return value;
    if (line.rfind("Model", 0) == 0 || line.rfind("Hardware", 0) == 0) board = value;
  }
  return board.empty() ? "unknown CPU" : board;
}

void fill_tier(graph::LayerGraph& graph, const TierProfile& profile, Tier tier) {
  if (profile.key.digest != graph.digest) {
    throw InputError(
        "measured network " + profile.key.digest + ", but this model is " + graph.digest,
        std::string("profile of the ") + name_of(tier),
        "Measure this model with: branchline profile MODEL.pt -o profile.json", InputKind::model);
  }
  if (profile.unit_time.size() != graph.units.size()) {
    throw InputError("has times for " + std::to_string(profile.unit_time.size()) +
                         " units, but the model has " + std::to_string(graph.units.size()),
                     std::string("profile of the ") + name_of(tier),
                     "Measure again with: branchline profile MODEL.pt -o profile.json",
                     InputKind::model);
  }
  graph.tiers.push_back(tier);
  for (std::size_t id = 0; id < graph.units.size(); ++id) {
    graph.units[id].time.push_back(profile.unit_time[id]);
  }
}

}  // namespace

RunSlice local_runs(std::shared_ptr<const model::Model> model, slice::SliceCache& cache) {
  return [model, &cache](const slice::SliceSpec& spec, int warmup, int runs) {
    const auto slice = cache.get(model, spec);
    const std::vector<at::Tensor> inputs = slice_inputs(*model, spec.units);
    const c10::InferenceMode inference;
    for (int i = 0; i < warmup; ++i) slice->run(inputs);
    std::vector<Duration> times;
    for (int i = 0; i < runs; ++i) {
      const Stopwatch watch;
      slice->run(inputs);
      times.push_back(watch.elapsed());
    }
    return times;
  };
}

ProfileKey local_key(const graph::LayerGraph& graph) {
  return {graph.digest, cpu_model(), at::get_num_threads(), TORCH_VERSION};
}

graph::LayerGraph with_times(graph::LayerGraph graph, const Profile& profile) {
  graph.tiers.clear();
  for (graph::Unit& unit : graph.units) unit.time.clear();
  fill_tier(graph, profile.device, Tier::device);
  for (const TierProfile& edge : profile.edge) fill_tier(graph, edge, Tier::edge);
  return graph;
}

}  // namespace branchline::profile
