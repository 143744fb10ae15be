#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "transport/message.h"

namespace branchline::transport::testing {

/// A tensor of `bytes` u8 elements counting up from `first`, encoded raw.
WireTensor counting_tensor(std::size_t bytes, std::uint8_t first, WireValue value = {7, 0});

/// A request with every field set and one tensor per given size.
Message sample_request(std::uint64_t id, const std::vector<std::size_t>& tensor_bytes);

/// One message of every type, every field set.
std::vector<Message> one_of_each();

/// The bytes a frame of this message has on the wire, as soon as it may go.
std::vector<std::byte> frame_bytes_of(const Message& message, bool with_checksum = false);

/// Field by field, tensors by content.
bool same_message(const Message& a, const Message& b);

}  // namespace branchline::transport::testing
