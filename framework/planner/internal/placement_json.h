#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "framework/base/tier.h"
#include "framework/planner/plan.h"

namespace branchline::planner::internal {

/// {"<unit id>": "<tier>"}; units that do not run are absent.
inline nlohmann::ordered_json placement_json(const std::vector<std::optional<Tier>>& tier) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (std::size_t id = 0; id < tier.size(); ++id) {
    if (tier[id]) json[std::to_string(id)] = name_of(*tier[id]);
  }
  return json;
}

/// "codec" (device–edge) and "codec2" (edge–cloud): {"<unit id>": "<name>"}, and "accuracy_loss";
/// nothing when all crosses raw.
inline void add_codecs(nlohmann::ordered_json& json, const std::vector<CrossingCodec>& codecs,
                       double accuracy_loss) {
  for (const CrossingCodec& crossing : codecs) {
    json[crossing.link == 1 ? "codec" : "codec2"][std::to_string(crossing.unit)] = crossing.codec;
  }
  if (!codecs.empty()) json["accuracy_loss"] = accuracy_loss;
}

}  // namespace branchline::planner::internal
