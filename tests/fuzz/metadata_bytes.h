#pragma once

#include <string>
#include <vector>

#include "framework/base/error.h"
#include "tests/fuzz/input_bytes.h"
#include "transport/metadata.h"

namespace branchline::testing {

/// What must hold of any bytes taken for a message's metadata: they are refused with a sentence, or
/// decoded to a body that encodes to bytes which decode to the same; where no bytes may follow the
/// last field, to those very bytes.
///
/// The first byte of `input` chooses the type, the second whether bytes may follow the last field.
/// @returns whether it was a message. Anything thrown is a bug.
inline bool check_metadata_bytes(std::span<const std::byte> input) {
  InputBytes start(input);
  const auto type = static_cast<std::uint8_t>(1 + start.take() % transport::kMessageTypes);
  const bool exact = (start.take() & 1) == 0;
  transport::Body body;
  const auto fault = transport::decode_metadata(type, start.rest(), exact, body);
  if (fault) {
    BL_EXPECT(fault.sentence.size() < 1000, "a complaint longer than anyone reads");
    return false;
  }
  BL_EXPECT(transport::type_of(body) == type, "another type than was asked for");
  std::vector<std::byte> bytes;
  BL_EXPECT(!transport::encode_metadata(body, bytes), "a body was read that cannot be written");
  const auto read = start.rest();
  BL_EXPECT(bytes.size() <= read.size() && std::equal(bytes.begin(), bytes.end(), read.begin()),
            "a body that is written differently");
  BL_EXPECT(!exact || bytes.size() == read.size(), "bytes that nobody read");
  return true;
}

}  // namespace branchline::testing
