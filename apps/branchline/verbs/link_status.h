#pragma once

#include <string>

#include "framework/base/clock.h"
#include "transport/link_emulator.h"

namespace branchline::apps {

/// "12 s  open  up 2 Mbit/s, 1.2 MB passed  …": one line, without its end.
std::string link_status_text(const transport::LinkStatus& status, Duration since);

/// branchline.link/1 (docs/schemas.md): one line, without its end.
std::string link_status_json(const transport::LinkStatus& status, Duration since);
std::string link_error_json(const std::string& error);

/// "open", "stalled" or "cut".
const char* link_state(const transport::LinkStatus& status);

}  // namespace branchline::apps
