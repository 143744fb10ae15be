#pragma once

#include <memory>
#include <utility>

#include "transport/channel.h"

namespace branchline::transport {

/// Two channels in memory, for tests: what one sends goes through the same frames, checks and caps
/// as over TCP and arrives at the other's listener, on the I/O thread. Closing one closes both. The
/// handshake is up to the caller; no Hello is sent.
std::pair<std::shared_ptr<Channel>, std::shared_ptr<Channel>> loopback_pair(
    IoThread& io, std::shared_ptr<ChannelListener> first, std::shared_ptr<ChannelListener> second,
    const FrameLimits& limits = {});

}  // namespace branchline::transport
