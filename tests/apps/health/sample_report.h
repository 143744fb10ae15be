#pragma once

#include "apps/health/edge_health.h"

namespace branchline::testing {

/// An edge with two exits that answered three requests and lost six.
inline EdgeMetrics sample_metrics() {
  using namespace std::chrono_literals;
  EdgeMetrics metrics;
  metrics.queued = {{1ms, 10ms}, {2, 1, 0}, 5ms};
  metrics.computed = {{{1ms, 10ms}, {1, 0, 1}, 2500ms}, {{1ms, 10ms}, {0, 1, 0}, 4ms}};
  metrics.expired = {{"arrival", 0}, {"compute", 1}, {"queue", 2}};
  metrics.refused = {{"not_ready", 0}, {"overloaded", 3}};
  metrics.overloaded = {{"fair_share", 1}, {"too_late", 2}};
  metrics.batches = {{1, 1}, {2, 1}, {4, 0}, {8, 0}};
  metrics.answered = 3;
  metrics.cancelled = 4;
  metrics.bytes_in = 1000;
  metrics.bytes_out = 500;
  metrics.connections = 5;
  metrics.in_flight = 2;
  return metrics;
}

inline apps::EdgeFacts sample_facts() { return {"0.1.0", "abc", "1.13.1", "127.0.0.1:7400", 2}; }

}  // namespace branchline::testing
