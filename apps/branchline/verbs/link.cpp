#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iomanip>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "apps/branchline/flags.h"
#include "apps/branchline/verbs/verbs.h"
#include "apps/lab/stop_flag.h"
#include "framework/base/error.h"
#include "transport/link_emulator.h"

namespace branchline::apps {
namespace {

using transport::LinkEmulator;
using transport::LinkProfile;

struct LinkFlags {
  std::string listen = "127.0.0.1:7500", to, trace_file;
  double uplink_bytes_per_s = 0, downlink_bytes_per_s = 0;
  std::chrono::nanoseconds delay{0}, jitter{0}, run_for{0};
  std::vector<std::string> blackholes;
};

/// The link is cut from `begin` to `end`, both since the start.
struct Blackhole {
  Duration begin{0};
  Duration end{0};
};

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

LinkProfile profile_of(const LinkFlags& flags) {
  LinkProfile profile;
  if (!flags.trace_file.empty()) {
    if (flags.uplink_bytes_per_s > 0 || flags.downlink_bytes_per_s > 0) {
      throw InputError("a trace brings its own rates", "--trace",
                       "Leave out --uplink and --downlink");
    }
    profile = transport::read_link_trace(flags.trace_file);
  } else if (flags.uplink_bytes_per_s > 0) {
    const double down =
        flags.downlink_bytes_per_s > 0 ? flags.downlink_bytes_per_s : flags.uplink_bytes_per_s;
    profile = transport::steady_link(flags.uplink_bytes_per_s, down, Duration{0});
  } else {
    throw InputError("no rate is given", "--uplink", "Give --uplink 2mbit, or --trace FILE");
  }
  profile.delay = flags.delay;
  profile.jitter = flags.jitter;
  return profile;
}

bool inside_any(const std::vector<Blackhole>& holes, Duration since) {
  return std::any_of(holes.begin(), holes.end(), [since](const Blackhole& hole) {
    return hole.begin <= since && since < hole.end;
  });
}

/// The next second or edge of a blackhole after `since`.
Duration next_look(const std::vector<Blackhole>& holes, Duration since) {
  Duration next = std::chrono::floor<std::chrono::seconds>(since) + std::chrono::seconds(1);
  for (const Blackhole& hole : holes) {
    for (const Duration edge : {hole.begin, hole.end}) {
      if (edge > since) next = std::min(next, edge);
    }
  }
  return next;
}

/// One line a second, over itself, on a terminal only.
class StatusLine {
 public:
  explicit StatusLine(const LinkEmulator& link) : link_(link) {}
  ~StatusLine() {
    if (on_terminal_) std::cerr << '\n';
  }

  void show(Duration since) {
    if (!on_terminal_ || since - shown_ < std::chrono::milliseconds(999)) return;
    const double seconds = std::chrono::duration<double>(since - shown_).count();
    shown_ = since;
    std::ostringstream line;
    line << '\r' << std::setw(5) << std::chrono::floor<std::chrono::seconds>(since).count()
         << " s  " << (link_.is_cut() ? "CUT " : "open") << "  up "
         << direction(link_.uplink_bytes(), up_, seconds, link_.uplink_bytes_per_s()) << "  down "
         << direction(link_.downlink_bytes(), down_, seconds, link_.downlink_bytes_per_s())
         << "    ";
    std::cerr << line.str() << std::flush;
  }

 private:
  static std::string direction(std::uint64_t bytes, std::uint64_t& before, double seconds,
                               double capacity) {
    const double rate = static_cast<double>(bytes - before) / seconds;
    before = bytes;
    return show_rate(rate) + " of " + show_rate(capacity);
  }

  const LinkEmulator& link_;
  const bool on_terminal_ = isatty(STDERR_FILENO) != 0;
  Duration shown_{0};
  std::uint64_t up_ = 0;
  std::uint64_t down_ = 0;
};

int run_link(const LinkFlags& flags) {
  const auto holes = parse_blackholes(flags.blackholes);
  const LinkProfile profile = profile_of(flags);
  const auto listen = transport::parse_endpoint(flags.listen, "--listen");
  const auto to = transport::parse_endpoint(flags.to, "--to");
  const lab::StopFlag stop;
  transport::IoThread io;
  LinkEmulator link(io, listen, to, profile);
  const TimePoint start = Clock::now();
  std::cerr << "branchline link: " << to_string(transport::Endpoint{listen.host, link.port()})
            << " passes on to " << flags.to << "; Ctrl-C ends it\n";
  StatusLine status(link);
  for (;;) {
    const Duration since = Clock::now() - start;
    if (flags.run_for > Duration{0} && since >= flags.run_for) return kDone;
    const bool cut = inside_any(holes, since);
    if (cut != link.is_cut()) cut ? link.cut() : link.restore();
    status.show(since);
    Duration next = next_look(holes, since);
    if (flags.run_for > Duration{0}) next = std::min<Duration>(next, flags.run_for);
    if (!stop.wait_until(start + next)) return stop.exit_code();
  }
}

}  // namespace

Verb add_link(CLI::App& app) {
  auto flags = std::make_shared<LinkFlags>();
  CLI::App* command = app.add_subcommand(
      "link", "Emulate a slow link in front of an edge: rate without bursts, delay, cuts, traces");
  command->add_option("--listen", flags->listen, "Where devices connect")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  command->add_option("--to", flags->to, "The edge behind the link")
      ->type_name("HOST:PORT")
      ->required();
  add_rate(*command, "--uplink", flags->uplink_bytes_per_s, "Rate from device to edge");
  add_rate(*command, "--downlink", flags->downlink_bytes_per_s,
           "Rate from edge to device; default: as --uplink");
  command
      ->add_option("--trace", flags->trace_file,
                   "Replay rates from CSV (time_s,uplink_mbps,downlink_mbps), over and over")
      ->type_name("FILE");
  add_duration(*command, "--delay", flags->delay, "One way, each direction; default 0ms");
  add_duration(*command, "--jitter", flags->jitter, "Added at random, up to this; default 0ms");
  command
      ->add_option("--blackhole", flags->blackholes,
                   "Let nothing through from START for LENGTH, e.g. 30s+10s; repeatable")
      ->allow_extra_args(false)
      ->type_name("START+LENGTH");
  add_duration(*command, "--for", flags->run_for,
               "Stop after this time; default: run until Ctrl-C");
  command->footer(
      "Example:\n"
      "  branchline link --to 127.0.0.1:7400 --uplink 2mbit --downlink 8mbit --delay 10ms "
      "--blackhole 30s+10s");
  return {command, [flags] { return run_link(*flags); }};
}

}  // namespace branchline::apps
