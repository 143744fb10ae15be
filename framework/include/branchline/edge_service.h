#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "branchline/edge_metrics.h"
#include "branchline/security.h"
#include "branchline/version.h"
#include "framework/base/clock.h"
#include "framework/base/tensor.h"

namespace branchline {
inline namespace v0 {

/// What an edge goes by. `first_come` is there to be compared with: budgets are not looked at, so
/// that nothing is refused or given up for them, and every request runs alone.
enum class EdgeScheduling : std::uint8_t { earliest_deadline, first_come };

struct EdgeOptions {
  std::vector<std::string> model_files;
  std::string listen = "127.0.0.1:7400";  ///< port 0: any free one
  EdgeProtection protection;              ///< TLS and token; nothing: anybody may use it
  int workers = 1;                        ///< compute threads
  int threads = 1;                        ///< LibTorch's intra-op threads: process-wide
  int max_queue = 64;                     ///< requests waiting; more are refused at once
  int max_batch = 8;                      ///< requests of one plan in one run; 1: each alone
  EdgeScheduling scheduling = EdgeScheduling::earliest_deadline;
  std::int64_t max_frame_bytes = 64ll << 20;
  std::int64_t slice_cache_bytes = 1ll << 30;
  Duration piece = std::chrono::milliseconds(5);  ///< longest stretch of compute without looking
                                                  ///< whether the answer is still wanted
  std::function<void(int level, const std::string& text)> log;
};

struct EdgeStatus {
  std::uint64_t connections = 0, answered = 0, refused = 0, expired = 0, failed = 0;
  std::size_t waiting = 0;
  Duration queue{0};    ///< waiting time a request would meet now
  Duration overdue{0};  ///< how long ago the budget of a request ended that still computes; a piece
                        ///< of compute should take a few ms, so seconds mean that a worker is stuck
};

/// The server side: runs slices for many devices, earliest deadline first, and computes for no one
/// who cannot use it any more. Every member is safe from any thread.
class EdgeService {
 public:
  /// Loads the models, compiles and runs each once as a whole, listens, returns ready. @throws
  /// InputError naming the model or the address.
  static EdgeService open(const EdgeOptions& options);

  EdgeService(EdgeService&&) noexcept;
  EdgeService& operator=(EdgeService&&) noexcept;
  ~EdgeService();  ///< stop(0)

  std::uint16_t port() const noexcept;
  EdgeStatus status() const;

  /// Touches neither a model nor the queue: a scrape never waits for a request, nor makes one wait.
  EdgeMetrics metrics() const;

  /// The networks it serves, as "name (digest)".
  std::vector<std::string> networks() const;

  /// Tells clients, accepts no more, finishes what is in flight within `grace`.
  void stop(Duration grace) noexcept;

 private:
  struct Parts;
  explicit EdgeService(std::unique_ptr<Parts> parts) noexcept;
  std::unique_ptr<Parts> parts_;
};

}  // namespace v0
}  // namespace branchline
