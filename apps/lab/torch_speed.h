#pragma once

#include <string>

namespace branchline::lab {

/// What LibTorch does on this machine.
struct TorchSpeed {
  std::string version;
  int threads = 1;    ///< it would use if nobody said otherwise
  double gflops = 0;  ///< of a 512 x 512 matrix product on one thread
};

/// Takes about 0.1 s with OpenBLAS. Sets LibTorch's threads to 1.
TorchSpeed measure_torch();

}  // namespace branchline::lab
