#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "branchline/edge_service.h"
#include "tests/soak/engine_ledger.h"
#include "tests/soak/hostile_peers.h"
#include "tests/soak/tally.h"
#include "tests/soak/watchdog.h"
#include "transport/channel.h"
#include "transport/link_emulator.h"

namespace branchline::soak {

/// Edges of this process and emulated links to them, and what befalls them: a roomy edge, one
/// behind a thin link, one with room for a single request, and one that talks garbage.
class EdgeScene {
 public:
  EdgeScene(std::vector<std::string> model_files, std::uint64_t seed, Watchdog& dog,
            EngineLedger& ledger);
  ~EdgeScene();

  /// Addresses that an engine may be given, one or several, in any order.
  std::vector<std::string> some_ways(std::mt19937_64& dice) const;

  /// One fault from its beginning to its end. By one thread.
  void make_fault();
  /// One hostile connection. By one thread.
  void attack_some_edge(std::mt19937_64& dice);
  /// Reads all that an edge tells of itself. Any thread.
  void look() const;

  /// What is left of clients and requests once all engines are gone; empty: nothing.
  std::string left_over() const;

 private:
  struct Edge {
    std::uint16_t port = 0;
    int max_queue = 64;
    mutable std::mutex mutex;  // guards service
    std::shared_ptr<EdgeService> service;
  };

  std::shared_ptr<EdgeService> service_of(const Edge& edge) const;
  void open(Edge& edge);
  std::shared_ptr<EdgeService> try_to_open(const EdgeOptions& options);
  void close(Edge& edge, Duration grace);
  void restart(Edge& edge);
  void trouble(transport::LinkEmulator& link);
  void change(transport::LinkEmulator& link);
  Duration some_time(int least_ms, int most_ms);

  const std::vector<std::string> model_files_;
  Watchdog& dog_;
  EngineLedger& ledger_;
  Tally& happened_;
  std::mt19937_64 dice_;  ///< of the thread that makes faults
  SoakRecord hostile_;
  FalseEdge false_edge_;
  std::vector<std::unique_ptr<Edge>> edges_;
  transport::IoThread io_;
  std::vector<std::unique_ptr<transport::LinkEmulator>> links_;
};

}  // namespace branchline::soak
