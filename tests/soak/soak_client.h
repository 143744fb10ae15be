#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "tests/soak/soak_record.h"
#include "transport/session.h"
#include "transport/ticker.h"

namespace branchline::soak {

/// A device that asks, waits, cancels, pauses and dies at random, and checks that each request is
/// told of once, with the right answer or a reason. step() by one thread.
class SoakClient {
 public:
  /// @param largest_bytes  of a request, on this client's links
  SoakClient(transport::IoThread& io, std::vector<transport::Endpoint> edges,
             std::size_t largest_bytes, std::uint64_t seed, SoakRecord& record);
  ~SoakClient();

  /// What it does next, if anything.
  void step();
  /// Asks nothing new; step() still cancels what is late.
  void pause_for_good() { paused_ = true; }
  std::size_t waiting() const;

 private:
  struct Life;  // of one session
  void begin_life();
  void end_life();
  void ask();
  void cancel_late();
  bool chance(double probability);

  transport::IoThread& io_;
  const std::vector<transport::Endpoint> edges_;
  const std::size_t largest_bytes_;
  SoakRecord& record_;
  std::mt19937_64 random_;
  bool paused_ = false;
  TimePoint phase_ends_{};
  bool busy_phase_ = true;
  SystemTime time_;
  std::shared_ptr<Life> life_;
};

}  // namespace branchline::soak
