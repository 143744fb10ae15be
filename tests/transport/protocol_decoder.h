#pragma once

#include <cstddef>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "transport/message.h"

namespace branchline::transport::testing {

/// The fields of a frame in the order of docs/protocol.md, payloads included, as text: read by a
/// decoder that was written from that page alone and shares nothing with the one under test but
/// xxHash. @throws std::runtime_error when the frame breaks the page's rules.
std::vector<std::string> fields_of_frame(std::span<const std::byte> frame);

/// The same of a message.
std::vector<std::string> fields_of_message(const Message& message);

/// A message of any type with fields of any value that the page allows.
Message random_message(std::mt19937_64& random);

}  // namespace branchline::transport::testing
