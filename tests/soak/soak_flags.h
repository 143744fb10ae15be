#pragma once

#include <map>
#include <string>

namespace branchline::soak {

/// Whole numbers by the name of their flag, "--seconds".
using SoakFlags = std::map<std::string, long>;

/// Replaces defaults by what the command line says. @returns false when a word is no number, a name
/// is unknown, or one comes without the other
bool read_flags(int count, char** words, SoakFlags& flags);

}  // namespace branchline::soak
