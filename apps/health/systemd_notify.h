#pragma once

#include <optional>
#include <string>

#include "framework/base/clock.h"

namespace branchline::apps {

/// Tells the service manager ("READY=1", "WATCHDOG=1", "STOPPING=1", "STATUS=…") over the socket
/// that $NOTIFY_SOCKET names; nothing happens without one. @returns whether it was told. Never
/// throws, never blocks. sd_notify(3) documents the message; libsystemd is not needed for it.
bool notify_systemd(const std::string& state) noexcept;

/// How often systemd wants to hear "WATCHDOG=1" from this process at the latest, if at all.
std::optional<Duration> systemd_watchdog() noexcept;

}  // namespace branchline::apps
