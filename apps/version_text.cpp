#include "apps/version_text.h"

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/csrc/api/include/torch/version.h>

#include <cstdlib>

#include "branchline/version.h"

namespace branchline::apps {

BuildFacts build_facts() {
  return {BRANCHLINE_VERSION, BRANCHLINE_COMMIT, __VERSION__, TORCH_VERSION};
}

std::string version_text(const std::string& program) {
  const char* policy = std::getenv("OMP_WAIT_POLICY");
  const BuildFacts facts = build_facts();
  return program + " " + facts.version + " (" + facts.commit + ")\ncompiler  " + facts.compiler +
         "\nLibTorch  " + facts.libtorch + "\nthreads   " + std::to_string(at::get_num_threads()) +
         "\nOMP_WAIT_POLICY  " + (policy == nullptr ? "not set" : policy);
}

}  // namespace branchline::apps
