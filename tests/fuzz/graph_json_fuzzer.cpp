// libFuzzer on the graph reader; tests/fuzz/README.md tells how to run it.

#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/fuzz/graph_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  branchline::testing::check_graph_text({reinterpret_cast<const char*>(data), size});
  return 0;
}
