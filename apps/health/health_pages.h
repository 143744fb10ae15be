#pragma once

#include <string>
#include <string_view>

#include "apps/health/edge_health.h"
#include "apps/health/http_answer.h"

namespace branchline::apps {

/// The page at `path`: `/healthz` and `/v2/health/live` (200, or 503 when stuck), `/readyz` and
/// `/v2/health/ready` (200 when new work is welcome, else 503), `/metrics`, `/status.json`, `/`;
/// else 404. Safe from any thread.
HttpAnswer health_page(std::string_view path, const EdgeHealth& health);

/// The line an HAProxy agent check reads: "up ready 80%", "drain" or "down", with its newline. The
/// weight is the share of the edge that one more request would get: workers / requests in flight.
std::string agent_line(const HealthReport& report);

}  // namespace branchline::apps
