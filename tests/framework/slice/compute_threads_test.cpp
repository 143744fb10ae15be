#include "framework/slice/compute_threads.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <gtest/gtest.h>

namespace branchline::slice {
namespace {

TEST(ComputeThreads, AreThoseOfLibTorchAndOfOpenBlas) {
  set_compute_threads(1);
  EXPECT_EQ(at::get_num_threads(), 1);
  using GetThreads = int (*)();
  const auto openblas =
      reinterpret_cast<GetThreads>(::dlsym(RTLD_DEFAULT, "openblas_get_num_threads"));
  if (openblas == nullptr) GTEST_SKIP() << "LibTorch computes without OpenBLAS here";
  EXPECT_EQ(openblas(), 1);
}

}  // namespace
}  // namespace branchline::slice
