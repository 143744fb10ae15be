#pragma once

#include <random>

#include "tests/soak/engine_ledger.h"
#include "tests/soak/engine_seat.h"

namespace branchline::soak {

/// Asks an engine in use about itself, changes its deadline and who hears its events, and checks
/// that what it says agrees with itself. One of these at random.
void inspect(EngineLife& life, std::mt19937_64& dice, EngineLedger& ledger);

}  // namespace branchline::soak
