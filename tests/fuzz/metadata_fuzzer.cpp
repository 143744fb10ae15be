// libFuzzer on the decoding of metadata; tests/fuzz/README.md tells how to run it.

#include "tests/fuzz/metadata_bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  branchline::testing::check_metadata_bytes(branchline::testing::fuzzer_bytes(data, size));
  return 0;
}
