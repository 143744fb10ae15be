#pragma once

#include <string>

#include "transport/link_profile.h"

namespace branchline::transport {

/// Recorded links as files; all of them start over at their end. @throws InputError naming file and
/// line.

/// "time_s,uplink_mbps,downlink_mbps" a line (mega = 10^6 bit), times ascending from 0; the last
/// line lasts as long as the one before it.
LinkProfile read_link_trace(const std::string& file);

/// One direction in mahimahi's format: each line is a millisecond, never descending, at which a
/// packet of 1500 bytes may leave; n equal lines let n packets leave. The last line is the period.
/// Here these bytes pass evenly within the millisecond that ends then, so that no burst is let
/// through; as in mahimahi, an opportunity that nothing waits for is lost.
RateTrace read_mahimahi_trace(const std::string& file);

}  // namespace branchline::transport
