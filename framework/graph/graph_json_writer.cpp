#include <nlohmann/json.hpp>

#include "framework/graph/graph_json.h"

namespace branchline::graph {
namespace {

using nlohmann::ordered_json;

ordered_json spec_to_json(const TensorSpec& spec) {
  return {{"dtype", name_of(spec.type)}, {"shape", spec.shape}};
}

ordered_json features_to_json(const LayerFeatures& features) {
  return {{"input_bytes", features.input_bytes},
          {"output_bytes", features.output_bytes},
          {"weight_bytes", features.weight_bytes},
          {"macs", features.macs},
          {"filter_term", features.filter_term}};
}

ordered_json times_to_json(const std::vector<std::optional<Nanoseconds>>& times) {
  ordered_json json = ordered_json::array();
  for (const std::optional<Nanoseconds>& time : times) {
    json.push_back(time ? ordered_json(time->count()) : ordered_json(nullptr));
  }
  return json;
}

ordered_json codec_to_json(const CodecOption& codec) {
  return {{"name", codec.name},
          {"bytes", codec.bytes},
          {"encode_ns", times_to_json(codec.encode)},
          {"decode_ns", times_to_json(codec.decode)},
          {"accuracy_loss", codec.accuracy_loss}};
}

/// A plain unit id when the value is the unit's first output, [unit, index] otherwise.
ordered_json value_to_json(const ValueId& value) {
  if (value.index == 0) return value.unit;
  return ordered_json::array({value.unit, value.index});
}

ordered_json unit_to_json(const Unit& unit) {
  ordered_json json = {{"id", unit.id}, {"name", unit.name}};
  if (!unit.type.empty()) json["type"] = unit.type;
  json["time_ns"] = times_to_json(unit.time);
  json["output_bytes"] = unit.output_bytes;
  json["inputs"] = ordered_json::array();
  for (const ValueId& input : unit.inputs) json["inputs"].push_back(value_to_json(input));
  if (!unit.transmissible) json["transmissible"] = false;
  if (!unit.outputs.empty()) {
    json["outputs"] = ordered_json::array();
    for (const TensorSpec& output : unit.outputs) json["outputs"].push_back(spec_to_json(output));
  }
  for (const CodecOption& codec : unit.codecs) json["codecs"].push_back(codec_to_json(codec));
  if (unit.features != LayerFeatures{}) json["features"] = features_to_json(unit.features);
  return json;
}

ordered_json exit_to_json(const LayerGraph& graph, int number) {
  const ExitPoint& exit = graph.exits[static_cast<std::size_t>(number)];
  ordered_json json = {{"name", exit.name}, {"unit", exit.value.unit}};
  if (exit.value.index != 0) json["index"] = exit.value.index;
  json["accuracy"] = exit.accuracy ? ordered_json(*exit.accuracy) : ordered_json(nullptr);
  json["head"] = head_units(graph, number);
  json["cut_vertices"] = cut_vertices(graph, number);
  return json;
}

}  // namespace

std::string to_json(const LayerGraph& graph) {
  ordered_json json = {{"schema", kGraphSchema}, {"name", graph.name}};
  if (!graph.digest.empty()) json["digest"] = graph.digest;
  json["batchable"] = graph.batchable;
  json["tiers"] = ordered_json::array();
  for (const Tier tier : graph.tiers) json["tiers"].push_back(name_of(tier));
  json["units"] = ordered_json::array();
  for (const Unit& unit : graph.units) json["units"].push_back(unit_to_json(unit));
  json["exits"] = ordered_json::array();
  for (int exit = 0; exit < graph.exit_count(); ++exit) {
    json["exits"].push_back(exit_to_json(graph, exit));
  }
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace branchline::graph
