#include "apps/health/edge_health.h"

#include <utility>

namespace branchline::apps {
namespace {

std::string in_seconds(Duration duration) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(duration).count()) + " s";
}

}  // namespace

const char* name_of(EdgePhase phase) noexcept {
  switch (phase) {
    case EdgePhase::starting:
      return "starting";
    case EdgePhase::ready:
      return "ready";
    case EdgePhase::draining:
      return "draining";
  }
  return "unknown";
}

EdgeHealth::EdgeHealth(EdgeFacts facts, const TimeSource& time)
    : facts_(std::move(facts)), time_(time), begun_(time.now()) {}

void EdgeHealth::begin_serving(std::vector<std::string> networks,
                               std::function<EdgeMetrics()> metrics) {
  const std::lock_guard lock(mutex_);
  networks_ = std::move(networks);
  metrics_ = std::move(metrics);
  published_ = time_.now();
  phase_ = EdgePhase::ready;
}

void EdgeHealth::begin_drain() {
  const std::lock_guard lock(mutex_);
  phase_ = EdgePhase::draining;
}

void EdgeHealth::publish(const EdgeStatus& status) {
  const std::lock_guard lock(mutex_);
  status_ = status;
  published_ = time_.now();
}

std::string EdgeHealth::stuck_reason() const {
  if (phase_ == EdgePhase::starting) return "";
  const Duration silent = time_.now() - published_;
  if (silent > kStuckAfter) return "the queue has not answered for " + in_seconds(silent);
  if (status_.overdue <= kStuckAfter) return "";
  return "a request still computes " + in_seconds(status_.overdue) + " past its deadline";
}

HealthReport EdgeHealth::report() const {
  const std::lock_guard lock(mutex_);
  HealthReport report;
  report.facts = facts_;
  report.phase = phase_;
  report.stuck = stuck_reason();
  report.networks = networks_;
  report.uptime = time_.now() - begun_;
  report.status = status_;
  if (metrics_) report.metrics = metrics_();
  return report;
}

}  // namespace branchline::apps
