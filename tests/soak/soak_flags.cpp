#include "tests/soak/soak_flags.h"

#include <cstdlib>

namespace branchline::soak {

bool read_flags(int count, char** words, SoakFlags& flags) {
  for (int i = 1; i + 1 < count; i += 2) {
    const auto flag = flags.find(words[i]);
    if (flag == flags.end()) return false;
    char* end = nullptr;
    flag->second = std::strtol(words[i + 1], &end, 10);
    if (end == words[i + 1] || *end != '\0') return false;
  }
  return count % 2 == 1;
}

}  // namespace branchline::soak
