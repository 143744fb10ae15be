#pragma once

#include <string>

#include "apps/health/edge_health.h"

namespace branchline::apps {

/// The report as the JSON document that the status page reads; `version` 1 (docs/operations.md).
/// Text that is no UTF-8 is made so. Stateless.
std::string status_json(const HealthReport& report);

}  // namespace branchline::apps
