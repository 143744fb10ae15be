#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "branchline/edge_service.h"
#include "framework/model/model.h"
#include "framework/runtime/edge_counters.h"
#include "framework/runtime/edge_queue.h"
#include "framework/runtime/prepared_plans.h"
#include "transport/notice_limiter.h"

namespace branchline::runtime {

class EdgeConnection;

struct ServedModel {
  std::shared_ptr<const model::Model> model;
  Duration load{0};  ///< loading the file took
};

/// What all connections of an edge share: models, the queue with its compute threads, the prepared
/// plans, the counters. Knows nothing of sockets. Safe from any thread.
class EdgeHost {
 public:
  /// Loads the models and starts the compute threads. @throws InputError naming the model.
  explicit EdgeHost(const EdgeOptions& options);
  ~EdgeHost();

  const EdgeOptions& options() const { return options_; }
  const std::map<std::string, ServedModel>& models() const { return models_; }  ///< by digest
  const TimeSource& time() const { return time_; }
  EdgeQueue& queue() { return queue_; }
  PreparedPlans& plans() { return plans_; }
  EdgeCounters& counters() { return counters_; }
  const EdgeCounters& counters() const { return counters_; }

  bool draining() const { return draining_; }
  void begin_drain() { draining_ = true; }

  /// Compiles every network as a whole, to its deepest exit, runs it some times, and waits for
  /// that: the first device finds it ready and LibTorch warm. What fails is logged.
  void warm_up();

  /// Ends the compute threads and the compiler; what waits is refused. Idempotent. After it nothing
  /// but the I/O thread uses a connection.
  void stop_computing();

  std::uint64_t next_connection() { return ++last_connection_; }
  void add(const std::shared_ptr<EdgeConnection>& connection);
  void remove(const EdgeConnection* connection);
  std::vector<std::shared_ptr<EdgeConnection>> connections() const;

  void log(int level, const std::string& text) const;
  /// What a peer can cause: of a flood only some lines.
  void log_some(int level, const std::string& text);
  EdgeStatus status() const;

 private:
  void load_models();
  void compute_until_stopped();

  const EdgeOptions options_;
  SystemTime time_;
  EdgeCounters counters_;  // before what counts
  std::map<std::string, ServedModel> models_;
  EdgeQueue queue_;
  std::atomic<bool> draining_{false};
  std::atomic<std::uint64_t> last_connection_{0};
  mutable std::mutex mutex_;  // guards connections_
  std::map<const EdgeConnection*, std::weak_ptr<EdgeConnection>> connections_;
  std::mutex notices_mutex_;
  transport::NoticeLimiter notices_;  ///< guarded
  PreparedPlans plans_;  ///< after all that connections use: its end refuses what still compiles
  std::vector<std::thread> workers_;
};

}  // namespace branchline::runtime
