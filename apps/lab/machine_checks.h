#pragma once

#include <string>
#include <vector>

#include "framework/base/clock.h"

namespace branchline::lab {

/// One finding of `branchline doctor`.
struct MachineCheck {
  std::string name;   ///< stable key, e.g. "wake_up_jitter"
  std::string value;  ///< for people
  bool ok = true;
  std::string fix;  ///< what to do about it; empty when ok
};

/// How late a sleeping thread wakes.
struct WakeUps {
  Duration p50{0}, p99{0}, worst{0};
};

/// @param sleeps  how many sleeps of 2 ms to time, > 0
WakeUps measure_wake_ups(int sleeps);

/// Smallest step the clock was seen to make.
Duration clock_resolution();

/// "AVX-512", "AVX2", "AVX" or "none".
std::string vector_level();

/// Name of the loaded BLAS library, e.g. "libopenblas.so.0"; empty when none is loaded.
std::string loaded_blas();

/// @param blas  what loaded_blas() says
MachineCheck check_blas(const std::string& blas, double gflops);

/// Everything `branchline doctor` looks at; takes about two seconds, most of it sleeping.
std::vector<MachineCheck> check_machine();

/// One document, schema "branchline.doctor/1".
std::string to_json(const std::vector<MachineCheck>& checks);

/// A line a check, fixes below.
std::string to_text(const std::vector<MachineCheck>& checks);

}  // namespace branchline::lab
