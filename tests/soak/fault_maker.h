#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/soak/soak_record.h"
#include "tests/support/child_process.h"
#include "transport/link_emulator.h"

namespace branchline::soak {

/// The server processes of a soak and the emulated links to some of them, and what befalls them.
class FaultMaker {
 public:
  FaultMaker(std::string program, int servers, std::uint64_t seed, SoakRecord& record);

  /// A link to server `server`, or to `port` of this process when it is negative.
  std::uint16_t add_link(int server, std::uint16_t port, double bytes_per_s, Duration delay);
  std::uint16_t server_port(int server) const;

  /// One fault from its beginning to its end.
  void make_one();

  /// Exit codes that were no fault of ours: a server died, or held a live client dead.
  int server_failures() const { return server_failures_; }

 private:
  struct ServerProcess {
    std::unique_ptr<branchline::testing::ChildProcess> process;
    std::uint16_t port = 0;
    std::vector<std::uint16_t> ways;  ///< its own port and those of links to it
  };
  struct EmulatedLink {
    std::unique_ptr<transport::LinkEmulator> emulator;
  };

  void start(ServerProcess& server);
  void begin(const ServerProcess& server, Fault fault);
  void end(const ServerProcess& server);
  void freeze(ServerProcess& server);
  void restart(ServerProcess& server, bool gracefully);
  void trouble_link(EmulatedLink& link, bool reset);
  void freeze_ourselves();
  Duration some_time(int least_ms, int most_ms);

  const std::string program_;
  SoakRecord& record_;
  std::mt19937_64 random_;
  int server_failures_ = 0;
  transport::IoThread io_;
  std::vector<ServerProcess> servers_;
  std::vector<EmulatedLink> links_;
};

}  // namespace branchline::soak
