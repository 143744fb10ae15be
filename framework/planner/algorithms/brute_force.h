#pragma once

#include <memory>

#include "framework/planner/planner.h"

namespace branchline::planner {

/// Most units, besides the input, that brute takes for one exit.
constexpr int kBruteUnitsTwoTiers = 22;
constexpr int kBruteUnitsThreeTiers = 13;

/// "brute": the optimum by trying every monotone placement (no data flows back towards the device,
/// but for the result). The oracle that the other algorithms are tested against.
/// Two or three tiers. No plan when no placement can run.
/// @throws InputError (from plan) when the exit needs more units than the limits above.
/// O(2^n), O(3^n): up to a second. Stateless.
std::unique_ptr<Planner> make_brute_force();

}  // namespace branchline::planner
