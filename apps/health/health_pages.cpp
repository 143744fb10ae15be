#include "apps/health/health_pages.h"

#include <algorithm>

#include "apps/health/prometheus_text.h"
#include "apps/health/status_json.h"
#include "apps/health/status_page.h"

namespace branchline::apps {
namespace {

constexpr unsigned kUnavailable = 503;
/// A weight of 0 would mean drain.
constexpr std::uint64_t kLeastWeight = 5;

HttpAnswer live_page(const HealthReport& report) {
  if (report.live()) return {200, "text/plain; charset=utf-8", "live\n"};
  return {kUnavailable, "text/plain; charset=utf-8", "stuck: " + report.stuck + "\n"};
}

HttpAnswer ready_page(const HealthReport& report) {
  if (!report.live()) return live_page(report);
  return {report.ready() ? 200 : kUnavailable, "text/plain; charset=utf-8",
          std::string(name_of(report.phase)) + "\n"};
}

}  // namespace

HttpAnswer health_page(std::string_view path, const EdgeHealth& health) {
  if (path == "/healthz" || path == "/v2/health/live") return live_page(health.report());
  if (path == "/readyz" || path == "/v2/health/ready") return ready_page(health.report());
  if (path == "/metrics") {
    return {200, "text/plain; version=0.0.4; charset=utf-8", prometheus_text(health.report())};
  }
  if (path == "/status.json") return {200, "application/json", status_json(health.report())};
  if (path == "/") return {200, "text/html; charset=utf-8", std::string(kStatusPage)};
  return {404, "text/plain; charset=utf-8",
          "there are /healthz, /readyz, /metrics, /status.json and /\n"};
}

std::string agent_line(const HealthReport& report) {
  if (!report.live() || report.phase == EdgePhase::starting) return "down\n";
  if (report.phase == EdgePhase::draining) return "drain\n";
  const auto workers = static_cast<std::uint64_t>(std::max(1, report.facts.workers));
  const std::uint64_t share = 100 * workers / std::max(workers, report.metrics.in_flight);
  // "ready" takes back the "drain" of the process that this one replaced.
  return "up ready " + std::to_string(std::max(share, kLeastWeight)) + "%\n";
}

}  // namespace branchline::apps
