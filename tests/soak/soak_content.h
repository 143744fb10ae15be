#pragma once

#include <cstdint>

#include "transport/message.h"

namespace branchline::soak {

/// A request of `bytes` bytes that follow from `seed`.
transport::Request make_request(std::uint64_t seed, std::size_t bytes, Duration budget);

/// The one right answer to it: every byte inverted, so that each one's way there and back counts.
transport::Answer answer_to(const transport::Request& request);

/// Whether this is the answer to make_request(seed, bytes, …), byte by byte.
bool is_answer(const transport::Answer& answer, std::uint64_t seed, std::size_t bytes);

}  // namespace branchline::soak
