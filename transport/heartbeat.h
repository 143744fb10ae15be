#pragma once

#include <optional>

#include "framework/base/clock.h"

namespace branchline::transport {

/// When to ask a quiet peer for a sign of life, and when to hold it dead. A value that is handed
/// the time and what was seen of the connection; guard it where it is shared.
///
/// Who is silent is asked. Whatever moves counts as life, not only Pongs, so that a Ping behind a
/// long upload kills nobody.
/// A process that looked late itself (stopped, suspended, starved) accuses nobody of it: the peer's
/// silence counts from then on.
class Heartbeat {
 public:
  struct Pace {
    Duration ping_after;   ///< of silence
    Duration pong_within;  ///< at least; slower links get four of their round trips
  };
  /// The connection in use: a quarter of a second, less what a timer may be late.
  static constexpr Pace kInUse{std::chrono::milliseconds(100), std::chrono::milliseconds(140)};
  /// The spare must only be known to be alive within seconds.
  static constexpr Pace kSpare{std::chrono::seconds(1), std::chrono::seconds(1)};
  /// What a server grants its clients: it has nothing to lose but their memory.
  static constexpr Pace kServed{std::chrono::seconds(5), std::chrono::seconds(10)};

  struct Signs {
    Duration silent{0};            ///< since anything was received
    Duration still{0};             ///< since that, or a byte moved as Channel::still_for() has it
    Duration on_the_way{0};        ///< what was sent and not confirmed may take so long
    std::optional<TimePoint> due;  ///< of the oldest unanswered request: until then its answer may
                                   ///< be all that is missing
  };
  enum class Verdict { alive, ping, dead };

  /// @param first_pong_within  at least, while no Pong has told the round trip
  Heartbeat(Pace pace, TimePoint now, Duration first_pong_within = Duration{0});

  /// After `ping` the caller sends one.
  Verdict look(const Signs& signs, TimePoint now);
  void hear_pong(TimePoint now);
  void set_pace(Pace pace) { pace_ = pace; }
  void ask_now() { ask_now_ = true; }  ///< the next look pings, silent or not

  /// When to look again.
  TimePoint next_look() const noexcept { return next_look_; }
  bool awaits_pong() const noexcept { return pinged_.has_value(); }

 private:
  Duration patience() const;
  Duration last_word() const;
  void note_lateness(TimePoint now);

  Pace pace_;
  TimePoint counts_from_;  ///< no silence before it is the peer's fault
  TimePoint still_since_;  ///< at the last look
  TimePoint next_look_;
  std::optional<TimePoint> pinged_;
  bool ask_now_ = false;
  Duration first_pong_within_;
  std::optional<Duration> round_trip_;  ///< the longest of late
  Duration lateness_{0};                ///< our own, the longest of late
};

}  // namespace branchline::transport
