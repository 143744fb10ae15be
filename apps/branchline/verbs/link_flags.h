#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "transport/link_profile.h"

namespace CLI {
class App;
}

namespace branchline::apps {

struct LinkFlags {
  std::string listen = "127.0.0.1:7500", to, trace, uplink_trace, downlink_trace, stalls;
  double uplink_bytes_per_s = 0, downlink_bytes_per_s = 0;
  std::chrono::nanoseconds delay{0}, jitter{0}, run_for{0};
  std::int64_t seed = 1;
  std::vector<std::string> blackholes;
  bool interactive = false, json = false;
};

/// The link is cut from `begin` to `end`, both since the start.
struct Blackhole {
  Duration begin{0};
  Duration end{0};
};

void add_link_flags(CLI::App& command, LinkFlags& flags);

/// What the flags ask for; reads the traces. @throws InputError naming the flag, or file and line.
transport::LinkProfile link_profile_of(const LinkFlags& flags);

/// "30s+10s" each: begin and length. @throws InputError
std::vector<Blackhole> parse_blackholes(const std::vector<std::string>& texts);

}  // namespace branchline::apps
