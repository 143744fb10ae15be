#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iomanip>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "apps/branchline/flags.h"
#include "apps/branchline/verbs/link_commands.h"
#include "apps/branchline/verbs/link_flags.h"
#include "apps/branchline/verbs/link_status.h"
#include "apps/branchline/verbs/standard_input_lines.h"
#include "apps/branchline/verbs/verbs.h"
#include "apps/lab/stop_flag.h"
#include "framework/base/error.h"
#include "transport/link_emulator.h"

namespace branchline::apps {
namespace {

using transport::LinkEmulator;

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

/// What a person sees of the link while it runs: one line a second over itself on a terminal, or
/// with --json one line a second on standard output; and the answers to commands.
class LinkDisplay {
 public:
  LinkDisplay(const LinkEmulator& link, const LinkFlags& flags, TimePoint start)
      : link_(link),
        start_(start),
        json_(flags.json),
        over_itself_(!flags.json && !flags.interactive && isatty(STDERR_FILENO) != 0) {}
  ~LinkDisplay() {
    if (over_itself_) std::cerr << '\n';
  }

  void each_second() {
    const Duration since = Clock::now() - start_;
    if (since - shown_ < std::chrono::milliseconds(999)) return;
    if (json_) answer();
    if (over_itself_) show_over_itself(since);
    shown_ = since;
  }

  void answer() {
    const transport::LinkStatus status = link_.status();
    const Duration since = Clock::now() - start_;
    print(json_ ? link_status_json(status, since) : link_status_text(status, since));
  }

  void complain(const std::string& error) {
    print(json_ ? link_error_json(error) : "error: " + error);
  }

 private:
  void print(const std::string& line) {
    const std::lock_guard lock(mutex_);
    std::cout << line << std::endl;
  }

  void show_over_itself(Duration since) {
    const transport::LinkStatus status = link_.status();
    const double seconds = std::chrono::duration<double>(since - shown_).count();
    std::ostringstream line;
    line << '\r' << std::setw(5) << std::chrono::floor<std::chrono::seconds>(since).count()
         << " s  " << link_state(status) << "  up "
         << direction(status.uplink_bytes, up_, seconds, status.uplink_bytes_per_s) << "  down "
         << direction(status.downlink_bytes, down_, seconds, status.downlink_bytes_per_s)
         << "       ";
    std::cerr << line.str() << std::flush;
  }

  static std::string direction(std::uint64_t bytes, std::uint64_t& before, double seconds,
                               double capacity) {
    const double rate = static_cast<double>(bytes - before) / seconds;
    before = bytes;
    return show_rate(rate) + " of " + show_rate(capacity);
  }

  const LinkEmulator& link_;
  const TimePoint start_;
  const bool json_, over_itself_;
  Duration shown_{0};
  std::uint64_t up_ = 0, down_ = 0;
  std::mutex mutex_;  // of standard output
};

void obey(const std::string& line, LinkEmulator& link, LinkDisplay& display) {
  try {
    obey_link_command(line, link);
    display.answer();
  } catch (const InputError& error) {
    display.complain(error.what());
  }
}

/// Until its time is over or a signal comes: opens and closes the blackholes.
int keep_running(LinkEmulator& link, const LinkFlags& flags, const std::vector<Blackhole>& holes,
                 LinkDisplay& display, TimePoint start, const lab::StopFlag& stop) {
  bool in_hole = false;
  for (;;) {
    const Duration since = Clock::now() - start;
    if (flags.run_for > Duration{0} && since >= flags.run_for) return kDone;
    const bool hole_now = inside_any(holes, since);
    if (hole_now != in_hole) hole_now ? link.cut() : link.restore();
    in_hole = hole_now;
    display.each_second();
    Duration next = next_look(holes, since);
    if (flags.run_for > Duration{0}) next = std::min<Duration>(next, flags.run_for);
    if (!stop.wait_until(start + next)) return stop.exit_code();
  }
}

int run_link(const LinkFlags& flags) {
  const auto holes = parse_blackholes(flags.blackholes);
  const transport::LinkProfile profile = link_profile_of(flags);
  const auto listen = transport::parse_endpoint(flags.listen, "--listen");
  const auto to = transport::parse_endpoint(flags.to, "--to");
  const lab::StopFlag stop;
  transport::IoThread io;
  LinkEmulator link(io, listen, to, profile);
  const TimePoint start = Clock::now();
  std::cerr << "branchline link: " << to_string(transport::Endpoint{listen.host, link.port()})
            << " passes on to " << flags.to << "; Ctrl-C ends it\n";
  LinkDisplay display(link, flags, start);
  std::optional<StandardInputLines> commands;
  if (flags.interactive) {
    std::cerr << "commands: " << link_command_help() << '\n';
    commands.emplace([&](const std::string& line) { obey(line, link, display); });
  }
  return keep_running(link, flags, holes, display, start, stop);
}

}  // namespace

Verb add_link(CLI::App& app) {
  auto flags = std::make_shared<LinkFlags>();
  CLI::App* command = app.add_subcommand(
      "link", "Emulate a slow link in front of an edge: rate without bursts, delay, cuts, traces");
  add_link_flags(*command, *flags);
  command->footer(
      "Example:\n"
      "  branchline link --to 127.0.0.1:7400 --uplink 2mbit --downlink 8mbit --delay 10ms "
      "--blackhole 30s+10s");
  return {command, [flags] { return run_link(*flags); }};
}

}  // namespace branchline::apps
