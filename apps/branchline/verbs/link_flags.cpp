#include "apps/branchline/verbs/link_flags.h"

#include <CLI/CLI.hpp>
#include <optional>

#include "apps/branchline/flags.h"
#include "apps/branchline/verbs/link_commands.h"
#include "framework/base/error.h"
#include "transport/link_trace.h"

namespace branchline::apps {
namespace {

/// One direction, when a flag speaks of it.
std::optional<transport::RateTrace> direction_of(double bytes_per_s, const std::string& trace,
                                                 const char* trace_flag) {
  if (trace.empty()) {
    if (bytes_per_s <= 0) return std::nullopt;
    return transport::steady_rate(bytes_per_s);
  }
  if (bytes_per_s > 0) {
    throw InputError("a trace brings its own rate", trace_flag, "Leave out the rate or the trace");
  }
  return transport::read_mahimahi_trace(trace);
}

void add_stalls(transport::LinkProfile& profile, const std::string& text) {
  if (text.empty()) return;
  const auto slash = text.find('/');
  if (slash == std::string::npos) {
    throw InputError("'" + text + "' does not say how often", "--stalls",
                     "Write LENGTH/EVERY, e.g. 300ms/10s");
  }
  profile.stall_length = parse_duration(text.substr(0, slash), "--stalls");
  profile.stall_every = parse_duration(text.substr(slash + 1), "--stalls");
  if (profile.stall_length <= Duration{0} || profile.stall_every <= profile.stall_length) {
    throw InputError("a stall would never end", "--stalls", "EVERY must be more than LENGTH");
  }
}

}  // namespace

transport::LinkProfile link_profile_of(const LinkFlags& flags) {
  const auto uplink = direction_of(flags.uplink_bytes_per_s, flags.uplink_trace, "--uplink-trace");
  const auto downlink =
      direction_of(flags.downlink_bytes_per_s, flags.downlink_trace, "--downlink-trace");
  transport::LinkProfile profile;
  if (!flags.trace.empty()) {
    if (uplink || downlink) {
      throw InputError("a trace brings its own rates", "--trace",
                       "Leave out --uplink, --downlink and their traces");
    }
    profile = transport::read_link_trace(flags.trace);
  } else if (uplink) {
    profile.uplink = *uplink;
    profile.downlink = downlink.value_or(*uplink);
  } else {
    throw InputError("no rate is given", "--uplink",
                     "Give --uplink 2mbit, --uplink-trace FILE or --trace FILE");
  }
  profile.delay = flags.delay;
  profile.jitter = flags.jitter;
  profile.seed = static_cast<std::uint64_t>(flags.seed);
  add_stalls(profile, flags.stalls);
  return profile;
}

std::vector<Blackhole> parse_blackholes(const std::vector<std::string>& texts) {
  std::vector<Blackhole> holes;
  for (const std::string& text : texts) {
    const auto plus = text.find('+');
    if (plus == std::string::npos) {
      throw InputError(text + " has no length", "--blackhole", "Write START+LENGTH, e.g. 30s+10s");
    }
    const Duration begin = parse_duration(text.substr(0, plus), "--blackhole");
    holes.push_back({begin, begin + parse_duration(text.substr(plus + 1), "--blackhole")});
  }
  return holes;
}

void add_link_flags(CLI::App& command, LinkFlags& flags) {
  command.add_option("--listen", flags.listen, "Where devices connect")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  command.add_option("--to", flags.to, "The edge behind the link")
      ->type_name("HOST:PORT")
      ->required();
  add_rate(command, "--uplink", flags.uplink_bytes_per_s, "Rate from device to edge");
  add_rate(command, "--downlink", flags.downlink_bytes_per_s,
           "Rate from edge to device; default: as --uplink");
  command
      .add_option("--trace", flags.trace,
                  "Replay both rates from CSV (time_s,uplink_mbps,downlink_mbps), over and over")
      ->type_name("FILE");
  command
      .add_option("--uplink-trace", flags.uplink_trace,
                  "Replay one rate from a mahimahi trace (a millisecond a line), over and over")
      ->type_name("FILE");
  command.add_option("--downlink-trace", flags.downlink_trace, "The same for the other direction")
      ->type_name("FILE");
  add_duration(command, "--delay", flags.delay, "One way, each direction; default 0ms");
  add_duration(command, "--jitter", flags.jitter, "Added at random, up to this; default 0ms");
  command
      .add_option("--blackhole", flags.blackholes,
                  "Let nothing through from START for LENGTH, e.g. 30s+10s; repeatable")
      ->allow_extra_args(false)
      ->type_name("START+LENGTH");
  command
      .add_option("--stalls", flags.stalls,
                  "Stand still for LENGTH at random moments, on average EVERY, e.g. 300ms/10s")
      ->type_name("LENGTH/EVERY");
  command.add_option("--seed", flags.seed, "Of jitter and stalls")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 62))
      ->capture_default_str();
  command.add_flag("--interactive", flags.interactive,
                   "Take commands from standard input, a line each: " + link_command_help());
  command.add_flag("--json", flags.json, "Print a line a second, and answers to commands, as JSON");
  add_duration(command, "--for", flags.run_for, "Stop after this time; default: run until Ctrl-C");
}

}  // namespace branchline::apps
