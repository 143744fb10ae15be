#pragma once

#include <cstdint>
#include <functional>

namespace branchline::transport::testing {

/// What `work` asks operator new for, on all threads: this program replaces it to count.
std::uint64_t allocations_of(const std::function<void()>& work);

/// Does `work` with nothing left for whoever asks this thread's operator new for aligned memory.
void without_aligned_memory(const std::function<void()>& work);

}  // namespace branchline::transport::testing
