#include "tests/soak/footprint.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace branchline::soak {
namespace {

std::size_t entries_of(const char* folder) {
  const std::filesystem::directory_iterator entries(folder);
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

}  // namespace

Footprint footprint() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0, resident = 0;
  statm >> total >> resident;
  return {resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)), entries_of("/proc/self/fd"),
          entries_of("/proc/self/task")};
}

bool memory_grew(const Footprint& before, const Footprint& after, std::size_t unrest) {
  return after.resident_bytes > before.resident_bytes + before.resident_bytes / 10 + unrest;
}

Footprint settled_footprint(std::size_t enough, Duration rest, Duration patience) {
  std::this_thread::sleep_for(rest);
  const TimePoint end = Clock::now() + patience;
  Footprint left = footprint();
  while (left.descriptors > enough && Clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    left = footprint();
  }
  return left;
}

void print_footprints(const Footprint& before, const Footprint& after) {
  std::printf("memory: %zu KiB before, %zu KiB after; descriptors %zu, %zu; threads %zu, %zu\n",
              before.resident_bytes >> 10, after.resident_bytes >> 10, before.descriptors,
              after.descriptors, before.threads, after.threads);
}

}  // namespace branchline::soak
