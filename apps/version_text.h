#pragma once

#include <string>

namespace branchline::apps {

struct BuildFacts {
  std::string version, commit, compiler, libtorch;
};

BuildFacts build_facts();

/// What `--version` prints: program, version, compiler, LibTorch, threads, OpenMP policy.
std::string version_text(const std::string& program);

}  // namespace branchline::apps
