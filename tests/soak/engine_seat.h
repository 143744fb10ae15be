#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <random>
#include <string>

#include "branchline/engine.h"
#include "tests/soak/edge_scene.h"
#include "tests/soak/engine_ledger.h"
#include "tests/soak/known_network.h"
#include "tests/soak/watchdog.h"

namespace branchline::soak {

/// What callbacks of the soak throw; the engine's log tells of it.
inline constexpr const char* kThrown = "thrown by the soak";

/// One engine from its opening to its end.
struct EngineLife {
  EngineLife(const KnownNetwork& of, const Options& options);

  const KnownNetwork& network;
  const std::string name;  ///< for people: network and options
  const WhenFull when_full;
  std::atomic<std::uint64_t> asked{0};  ///< before each request
  const std::shared_ptr<std::atomic<bool>> stopping = std::make_shared<std::atomic<bool>>(false);
  Engine engine;
};

/// An engine that is stopped and opened again, each time with other options, while others use it.
class EngineSeat {
 public:
  EngineSeat(const KnownNetwork& network, const EdgeScene& edges, std::uint64_t seed, Watchdog& dog,
             EngineLedger& ledger);
  ~EngineSeat();

  /// The engine to use now; it may be stopped at any moment.
  std::shared_ptr<EngineLife> life() const;

  /// Stops it while it is used, opens the next, and checks what the last one counted. By one
  /// thread.
  void reopen();

 private:
  Options some_options();
  std::shared_ptr<EngineLife> open();
  void stop(EngineLife& life, Duration grace);
  void end(std::shared_ptr<EngineLife> life);
  void check_counts(const EngineLife& life);

  const KnownNetwork& network_;
  const EdgeScene& edges_;
  std::mt19937_64 dice_;
  Watchdog& dog_;
  EngineLedger& ledger_;
  mutable std::mutex mutex_;  // guards life_
  std::shared_ptr<EngineLife> life_;
};

}  // namespace branchline::soak
