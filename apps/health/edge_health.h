#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "branchline/edge_service.h"

namespace branchline::apps {

enum class EdgePhase { starting, ready, draining };

/// "starting", …
const char* name_of(EdgePhase phase) noexcept;

/// What does not change while an edge runs.
struct EdgeFacts {
  std::string version, commit, libtorch;
  std::string listen;  ///< as asked for
  int workers = 1;
};

/// Everything the health pages tell, at one moment.
struct HealthReport {
  EdgeFacts facts;
  EdgePhase phase = EdgePhase::starting;
  std::string stuck;  ///< why the process should be restarted; empty when all is well
  std::vector<std::string> networks;
  Duration uptime{0};
  EdgeStatus status;  ///< as last published
  EdgeMetrics metrics;

  bool live() const { return stuck.empty(); }
  bool ready() const { return live() && phase == EdgePhase::ready; }
};

/// How an edge is, for those who ask from outside. The edge publishes its status about once a
/// second; an edge that stops doing so, or whose request computes long past its deadline, is stuck.
/// No member waits for the edge. Safe from any thread.
class EdgeHealth {
 public:
  /// A slice takes milliseconds; nothing sound is this late.
  static constexpr Duration kStuckAfter = std::chrono::seconds(30);

  /// @param time  must outlive this
  EdgeHealth(EdgeFacts facts, const TimeSource& time);

  /// The edge serves. `metrics` is called on the threads that ask: it must not wait.
  void begin_serving(std::vector<std::string> networks, std::function<EdgeMetrics()> metrics);
  void begin_drain();
  void publish(const EdgeStatus& status);

  HealthReport report() const;

 private:
  std::string stuck_reason() const;

  const EdgeFacts facts_;
  const TimeSource& time_;
  const TimePoint begun_;
  mutable std::mutex mutex_;  // guards all below
  EdgePhase phase_ = EdgePhase::starting;
  std::vector<std::string> networks_;
  std::function<EdgeMetrics()> metrics_;
  EdgeStatus status_;
  TimePoint published_;
};

}  // namespace branchline::apps
