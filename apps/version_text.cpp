#include "apps/version_text.h"

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/csrc/api/include/torch/version.h>

#include <cstdlib>

#include "branchline/version.h"

namespace branchline::apps {

std::string version_text(const std::string& program) {
  const char* policy = std::getenv("OMP_WAIT_POLICY");
  return program + " " BRANCHLINE_VERSION " (" BRANCHLINE_COMMIT ")\ncompiler  " + __VERSION__ +
         "\nLibTorch  " TORCH_VERSION "\nthreads   " + std::to_string(at::get_num_threads()) +
         "\nOMP_WAIT_POLICY  " + (policy == nullptr ? "not set" : policy);
}

}  // namespace branchline::apps
