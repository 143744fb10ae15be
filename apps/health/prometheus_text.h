#pragma once

#include <string>

#include "apps/health/edge_health.h"

namespace branchline::apps {

/// The report as Prometheus' text format 0.0.4: seconds and bytes, metrics named `branchlined_…`
/// (docs/operations.md lists them). Stateless.
std::string prometheus_text(const HealthReport& report);

}  // namespace branchline::apps
