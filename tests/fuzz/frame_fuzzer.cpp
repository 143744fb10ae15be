// libFuzzer on the frame reader; tests/fuzz/README.md tells how to run it.

#include "tests/fuzz/frame_bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  branchline::testing::check_frame_bytes(branchline::testing::fuzzer_bytes(data, size));
  return 0;
}
