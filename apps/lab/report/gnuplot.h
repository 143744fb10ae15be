#pragma once

#include <string>

namespace branchline::lab {

/// Runs gnuplot on SCRIPT.gp in `folder`; what it complains of goes to SCRIPT.log there.
/// @returns empty, or why there is no picture and what helps. Not to be called from two threads.
std::string run_gnuplot(const std::string& folder, const std::string& script);

/// Whether there is a gnuplot to run.
bool has_gnuplot();

}  // namespace branchline::lab
