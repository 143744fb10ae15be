#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "transport/message.h"

namespace branchline::transport::testing {

/// docs/protocol/*.hex: whole frames with what they mean.
struct ProtocolVector {
  std::string name;  ///< of the file, without ".hex"
  Message message;
  bool checksum = false;  ///< the payload has one
};

/// Those that this version writes and reads.
std::vector<ProtocolVector> protocol_vectors();

/// The bytes in a text: two digits each, up to '|' or '#' in a line.
std::vector<std::byte> bytes_of_hex(const std::string& text);

/// The bytes of docs/protocol/`name`.hex. @throws std::runtime_error when there is no such file.
std::vector<std::byte> vector_bytes(const std::string& name);

/// The names of all files there, sorted.
std::vector<std::string> vector_names();

}  // namespace branchline::transport::testing
