// libFuzzer on the decoding of tensors; tests/fuzz/README.md tells how to run it.

#include "tests/fuzz/payload_bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  branchline::testing::check_payload_bytes(branchline::testing::fuzzer_bytes(data, size));
  return 0;
}
