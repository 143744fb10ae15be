#pragma once

#include <string>

#include "transport/link_emulator.h"

namespace branchline::apps {

/// What can be said to a running link, for people.
std::string link_command_help();

/// Does what one line says: "rate up 2mbit", "delay 20ms", "cut", "restore", "stall 500ms",
/// "reset", "status" … @throws InputError when it is none of these; nothing has changed then.
void obey_link_command(const std::string& line, transport::LinkEmulator& link);

}  // namespace branchline::apps
