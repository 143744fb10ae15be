#pragma once

#include <optional>
#include <vector>

#include "framework/planner/internal/exit_samples.h"

namespace branchline::planner::internal {

/// The min-cut behind least_expected_latency (expected_latency.h): a tier by unit id.
/// @returns nullopt when no placement can run.
std::optional<std::vector<std::optional<Tier>>> early_exit_tiers(const ExitSamples& samples);

}  // namespace branchline::planner::internal
