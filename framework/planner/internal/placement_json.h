#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "framework/base/tier.h"

namespace branchline::planner::internal {

/// {"<unit id>": "<tier>"}; units that do not run are absent.
inline nlohmann::ordered_json placement_json(const std::vector<std::optional<Tier>>& tier) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (std::size_t id = 0; id < tier.size(); ++id) {
    if (tier[id]) json[std::to_string(id)] = name_of(*tier[id]);
  }
  return json;
}

}  // namespace branchline::planner::internal
