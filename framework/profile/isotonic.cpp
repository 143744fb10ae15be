#include "framework/profile/isotonic.h"

#include <cmath>
#include <cstdint>

namespace branchline::profile {

std::vector<Duration> isotonic_increasing(const std::vector<Duration>& values) {
  struct Pool {
    double sum;
    std::size_t size;
    double mean() const { return sum / static_cast<double>(size); }
  };
  std::vector<Pool> pools;
  for (const Duration value : values) {
    pools.push_back({static_cast<double>(value.count()), 1});
    while (pools.size() > 1 && pools[pools.size() - 2].mean() > pools.back().mean()) {
      const Pool last = pools.back();
      pools.pop_back();
      pools.back().sum += last.sum;
      pools.back().size += last.size;
    }
  }
  std::vector<Duration> result;
  for (const Pool& pool : pools) {
    result.insert(result.end(), pool.size, Duration(std::llround(pool.mean())));
  }
  return result;
}

}  // namespace branchline::profile
