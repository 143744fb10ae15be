#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "framework/base/clock.h"

namespace branchline::soak {

/// What was done to an edge, or to the way to it.
enum class Fault { killed, drained, frozen, cut, reset };
inline constexpr std::size_t kFaults = 5;
const char* name_of(Fault fault) noexcept;

/// Everything that is counted; one for a whole soak. Safe from any thread.
class SoakRecord {
 public:
  // Requests.
  std::atomic<std::uint64_t> asked{0}, answered{0}, wrong{0}, doubled{0}, unknown{0}, missing{0};
  void count_failure(const std::string& reason);
  std::uint64_t failed() const;
  std::map<std::string, std::uint64_t> failures() const;

  // Connections.
  std::atomic<std::uint64_t> ups{0}, takeovers{0}, client_kills{0}, cancels{0}, self_freezes{0};
  std::atomic<std::uint64_t> hostile_connections{0}, hostile_frames{0};

  // Faults: `way` is the port that clients use.
  /// Threads here did not get their turn just now.
  void note_starvation();
  std::atomic<std::uint64_t> starved_deaths{0};

  void begin_fault(std::uint16_t way, Fault fault);
  void end_fault(std::uint16_t way);
  std::uint64_t faults(Fault fault) const;

  /// A connection in use by this way ended. @param held_dead  because nothing was heard
  void count_loss(std::uint16_t way, bool held_dead, bool idle, bool in_use);
  std::vector<std::string> false_deaths() const;

  /// How long it took to notice a fault, of connections in use.
  struct Detection {
    Fault fault;
    bool idle;
    std::vector<double> milliseconds;  ///< ascending
  };
  std::vector<Detection> detections() const;

 private:
  struct Trouble {
    Fault fault = Fault::killed;
    TimePoint begun;
    TimePoint over;  ///< with the time to work off what waited
  };
  mutable std::mutex mutex_;  // guards all below
  std::map<std::string, std::uint64_t> failures_;
  std::map<std::uint16_t, std::vector<Trouble>> troubles_;
  std::map<std::pair<Fault, bool>, std::vector<double>> detected_ms_;
  std::vector<std::string> false_deaths_;
  TimePoint starved_until_{};
};

}  // namespace branchline::soak
