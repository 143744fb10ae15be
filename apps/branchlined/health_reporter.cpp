#include "apps/branchlined/health_reporter.h"

#include <thread>
#include <utility>

#include "apps/health/systemd_notify.h"
#include "transport/channel.h"

namespace branchline::apps {

HealthReporter::HealthReporter(const HealthFlags& flags, EdgeFacts facts, Log log)
    : log_(std::move(log)), health_(std::move(facts), time_) {
  if (!flags.http.empty()) open(flags);
}

void HealthReporter::open(const HealthFlags& flags) {
  transport::Endpoint endpoint = transport::parse_endpoint(flags.http, "--http");
  server_.emplace(endpoint, flags.agent_port, health_);
  if (server_->open_to_others()) {
    log_(1, "whoever reaches " + flags.http + " can read how this edge is; it changes nothing");
  }
  endpoint.port = server_->http_port();
  log_(2, "health, metrics and status page at http://" + transport::to_string(endpoint) + "/");
  if (!flags.agent_port) return;
  endpoint.port = server_->agent_port();
  log_(2, "agent at " + transport::to_string(endpoint));
}

void HealthReporter::begin_serving(const EdgeService& service) {
  health_.begin_serving(service.networks(), [&service] { return service.metrics(); });
  watch_.emplace(
      health_, [&service] { return service.status(); }, log_);
  notify_systemd("READY=1\nSTATUS=serving " + std::to_string(service.networks().size()) +
                 " networks");
}

void HealthReporter::begin_drain(Duration pause) {
  health_.begin_drain();
  notify_systemd("STOPPING=1\nSTATUS=draining");
  if (server_) std::this_thread::sleep_for(pause);
}

}  // namespace branchline::apps
