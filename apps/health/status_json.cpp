#include "apps/health/status_json.h"

#include <nlohmann/json.hpp>

namespace branchline::apps {
namespace {

using nlohmann::json;

double to_seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

json histogram_json(const DurationCounts& counts) {
  json bounds = json::array();
  for (const Duration bound : counts.bounds) bounds.push_back(to_seconds(bound));
  return {{"bounds", bounds}, {"counts", counts.counts}, {"sum", to_seconds(counts.sum)}};
}

}  // namespace

std::string status_json(const HealthReport& report) {
  const EdgeMetrics& metrics = report.metrics;
  json exits = json::array();
  for (const DurationCounts& exit : metrics.computed) exits.push_back(histogram_json(exit));
  json batches = json::object();
  for (const auto& [size, count] : metrics.batches) batches[std::to_string(size)] = count;
  const json document = {
      {"version", 1},
      {"phase", name_of(report.phase)},
      {"live", report.live()},
      {"stuck", report.stuck},
      {"software",
       {{"version", report.facts.version},
        {"commit", report.facts.commit},
        {"libtorch", report.facts.libtorch}}},
      {"listen", report.facts.listen},
      {"workers", report.facts.workers},
      {"networks", report.networks},
      {"uptime_seconds", to_seconds(report.uptime)},
      {"connections", metrics.connections},
      {"inflight", metrics.in_flight},
      {"waiting", report.status.waiting},
      {"queue_estimate_seconds", to_seconds(report.status.queue)},
      {"answered", metrics.answered},
      {"cancelled", metrics.cancelled},
      {"expired", metrics.expired},
      {"refused", metrics.refused},
      {"overloaded", metrics.overloaded},
      {"wire_bytes", {{"in", metrics.bytes_in}, {"out", metrics.bytes_out}}},
      {"queue_seconds", histogram_json(metrics.queued)},
      {"compute_seconds", exits},
      {"batches", batches},
  };
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace branchline::apps
