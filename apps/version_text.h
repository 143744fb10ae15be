#pragma once

#include <string>

namespace branchline::apps {

/// What `--version` prints: program, version, compiler, LibTorch, threads, OpenMP policy.
std::string version_text(const std::string& program);

}  // namespace branchline::apps
