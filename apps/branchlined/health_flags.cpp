#include "apps/branchlined/health_flags.h"

#include <CLI/CLI.hpp>

#include "apps/branchline/flags.h"
#include "transport/channel.h"

namespace branchline::apps {

void add_health_flags(CLI::App& app, HealthFlags& flags) {
  auto* http = app.add_option("--http", flags.http,
                              "Serve /healthz, /readyz, /metrics and a status page there, "
                              "e.g. 127.0.0.1:7401")
                   ->type_name("HOST:PORT");
  app.add_option("--agent-port", flags.agent_port,
                 "Port of --http's host where HAProxy's agent check is answered")
      ->type_name("PORT")
      ->needs(http);
  add_duration(app, "--drain-pause", flags.drain_pause,
               "After SIGTERM, time to go on serving while /readyz and the agent already say so");
}

void require_sound(const HealthFlags& flags) {
  if (!flags.http.empty()) transport::parse_endpoint(flags.http, "--http");
}

}  // namespace branchline::apps
