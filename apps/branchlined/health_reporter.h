#pragma once

#include <functional>
#include <optional>
#include <string>

#include "apps/branchlined/health_flags.h"
#include "apps/health/edge_health.h"
#include "apps/health/edge_watch.h"
#include "apps/health/health_server.h"

namespace branchline::apps {

/// Tells everybody but the devices how this edge is, through its start, service and end: health
/// pages, HAProxy's agent, systemd.
class HealthReporter {
 public:
  using Log = std::function<void(int level, const std::string& text)>;

  /// Opens the ports: not ready yet. @throws InputError when one cannot be bound.
  HealthReporter(const HealthFlags& flags, EdgeFacts facts, Log log);

  /// Ready. `service` must outlive this.
  void begin_serving(const EdgeService& service);

  /// Not ready any more, alive all the same. Returns after `pause`, in which load balancers notice;
  /// at once when there is nothing that they could ask.
  void begin_drain(Duration pause);

 private:
  void open(const HealthFlags& flags);

  const Log log_;
  const SystemTime time_;
  EdgeHealth health_;
  std::optional<HealthServer> server_;
  std::optional<EdgeWatch> watch_;
};

}  // namespace branchline::apps
