#pragma once

#include <cstddef>

#include "framework/base/clock.h"

namespace branchline::soak {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;  // their own bookkeeping grows
#else
constexpr bool kSanitized = false;
#endif

#if defined(__SANITIZE_THREAD__)
constexpr bool kThreadSanitized = true;  // a tenth of the speed
#else
constexpr bool kThreadSanitized = false;
#endif

/// What this process holds of the machine.
struct Footprint {
  std::size_t resident_bytes = 0;
  std::size_t descriptors = 0;
  std::size_t threads = 0;
};

Footprint footprint();

/// Whether there is more than a tenth more memory and `unrest` bytes on top, by which it goes up
/// and down anyway.
bool memory_grew(const Footprint& before, const Footprint& after, std::size_t unrest);

/// After `rest`, and when no more than `enough` descriptors are left or none have gone for
/// `patience`.
Footprint settled_footprint(std::size_t enough, Duration rest, Duration patience);

void print_footprints(const Footprint& before, const Footprint& after);

}  // namespace branchline::soak
