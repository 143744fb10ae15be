// libFuzzer on both sides of a connection's opening; tests/fuzz/README.md tells how to run it.

#include "tests/fuzz/handshake_bytes.h"
#include "tests/fuzz/input_bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static branchline::testing::HandshakeBytes handshake;
  handshake.check(branchline::testing::fuzzer_bytes(data, size));
  return 0;
}
