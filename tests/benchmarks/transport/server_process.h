#pragma once

#include <sys/types.h>

#include <ctime>
#include <memory>
#include <span>

#include "tests/benchmarks/transport/competitor.h"

namespace branchline::transport_benchmark {

inline constexpr unsigned kClientCore = 0;
inline constexpr unsigned kServerCore = 1;

/// The calling thread and those it will start run on that core alone (modulo what there is).
void pin_to(unsigned core);

/// CPU time of all threads of a process so far.
Duration cpu_time_of(clockid_t process_clock);

/// This program again, serving one competitor on kServerCore until destroyed: libraries that share
/// one event loop within a process (gRPC) cannot mix client and server then.
class ServerProcess {
 public:
  /// @throws std::runtime_error when it does not come up.
  ServerProcess(std::size_t competitor, const Load& load);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  std::uint16_t port() const { return port_; }
  Duration cpu_time() const { return cpu_time_of(clock_); }

 private:
  pid_t pid_ = -1;
  clockid_t clock_{};
  std::uint16_t port_ = 0;
};

/// What the new process does: `arguments` are those that ServerProcess gave it.
[[noreturn]] void serve_as_child(Competitors competitors, std::span<char* const> arguments);

}  // namespace branchline::transport_benchmark
