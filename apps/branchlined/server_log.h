#pragma once

#include <functional>
#include <string>

namespace branchline::apps {

enum class LogLevel { errors, normal, everything };

/// The log of branchlined: lines with time and level on stderr. Safe from any thread.
std::function<void(int level, const std::string& text)> stderr_log(LogLevel level);

}  // namespace branchline::apps
