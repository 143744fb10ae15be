#include "framework/slice/compute_threads.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>

namespace branchline::slice {

void set_compute_threads(int threads) {
  at::set_num_threads(threads);
  using SetThreads = void (*)(int);
  // Which BLAS is loaded is the machine's choice, so it is asked for by name.
  static const auto set_openblas =
      reinterpret_cast<SetThreads>(::dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
  if (set_openblas != nullptr) set_openblas(threads);
}

}  // namespace branchline::slice
