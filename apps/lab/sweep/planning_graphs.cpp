#include "apps/lab/sweep/planning_graphs.h"

#include <algorithm>

#include "framework/profile/time_regression.h"

namespace branchline::lab {
namespace {

/// The units that make the network's tensor of a picture.
bool is_normalisation(const graph::Unit& unit) { return unit.type == "normalise"; }

}  // namespace

graph::LayerGraph with_overhead(graph::LayerGraph graph, std::int64_t bytes) {
  for (graph::Unit& unit : graph.units) {
    unit.output_bytes += bytes;
    for (graph::CodecOption& codec : unit.codecs) codec.bytes += bytes;
  }
  return graph;
}

graph::LayerGraph with_engine_codecs(const graph::LayerGraph& graph,
                                     const runtime::WireCosts& wire) {
  graph::LayerGraph encoded = wire.with_codecs(graph, wire.levels() - 1, true);
  for (graph::Unit& unit : encoded.units) {
    if (unit.outputs.size() != 1) unit.codecs.clear();  // one choice for several values
  }
  return encoded;
}

graph::LayerGraph as_published(graph::LayerGraph graph) {
  graph::Unit& input = graph.units.front();
  for (graph::Unit& unit : graph.units) {
    if (!is_normalisation(unit) || unit.inputs.size() != 1 || unit.inputs.front().unit != 0)
      continue;
    input.output_bytes = unit.output_bytes;
    input.time.at(0) = input.time.at(0).value_or(Duration{0}) + unit.time.at(0).value();
    unit.time = std::vector<std::optional<Duration>>(graph.tiers.size(), Duration{0});
  }
  return graph;
}

void keep_normalisation_on_device(const graph::LayerGraph& graph,
                                  std::vector<std::optional<Tier>>& tier) {
  for (const graph::Unit& unit : graph.units) {
    auto& place = tier.at(static_cast<std::size_t>(unit.id));
    if (is_normalisation(unit) && place) place = Tier::device;
  }
}

graph::LayerGraph with_regression_times(graph::LayerGraph graph, const LabNetwork& network) {
  const auto device = regression_of(network.graph, network.layers.device);
  const auto edge = regression_of(network.graph, network.layers.edge);
  for (graph::Unit& unit : graph.units) {
    if (unit.id == 0 || is_normalisation(unit)) continue;  // the input, as papers see it
    unit.time.at(0) = device.predict(unit.type, unit.features);
    unit.time.at(1) = edge.predict(unit.type, unit.features);
  }
  return graph;
}

std::vector<std::int32_t> sending_units(const graph::LayerGraph& graph,
                                        const std::vector<std::optional<Tier>>& tier) {
  std::vector<std::int32_t> senders;
  for (const graph::Unit& unit : graph.units) {
    if (tier.at(static_cast<std::size_t>(unit.id)) != Tier::edge) continue;
    for (const graph::ValueId& input : unit.inputs) {
      if (tier.at(static_cast<std::size_t>(input.unit)) == Tier::device) {
        senders.push_back(input.unit);
      }
    }
  }
  std::sort(senders.begin(), senders.end());
  senders.erase(std::unique(senders.begin(), senders.end()), senders.end());
  return senders;
}

}  // namespace branchline::lab
