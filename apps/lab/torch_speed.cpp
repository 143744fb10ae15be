#include "apps/lab/torch_speed.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/version.h>

#include <algorithm>

#include "framework/base/clock.h"
#include "framework/slice/compute_threads.h"

namespace branchline::lab {

TorchSpeed measure_torch() {
  TorchSpeed speed;
  speed.version = TORCH_VERSION;
  speed.threads = at::get_num_threads();
  slice::set_compute_threads(1);
  constexpr std::int64_t kSide = 512;
  const c10::InferenceMode inference;
  const at::Tensor a = at::rand({kSide, kSide});
  const at::Tensor b = at::rand({kSide, kSide});
  at::Tensor c = at::mm(a, b);  // warms up
  double best_seconds = 1e9;
  for (int i = 0; i < 5; ++i) {
    const TimePoint begin = Clock::now();
    at::mm_out(c, a, b);
    best_seconds =
        std::min(best_seconds, std::chrono::duration<double>(Clock::now() - begin).count());
  }
  speed.gflops = 2.0 * kSide * kSide * kSide / best_seconds / 1e9;
  return speed;
}

}  // namespace branchline::lab
