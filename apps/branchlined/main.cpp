#include <signal.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <optional>

#include "apps/branchline/flag_sources.h"
#include "apps/branchline/verb.h"
#include "apps/branchlined/health_flags.h"
#include "apps/branchlined/health_reporter.h"
#include "apps/branchlined/server_flags.h"
#include "apps/branchlined/server_log.h"
#include "apps/stop_signals.h"
#include "apps/version_text.h"
#include "branchline/edge_service.h"
#include "framework/base/error.h"

namespace {

using namespace branchline::apps;

branchline::EdgeOptions options_of(const ServerFlags& flags) {
  branchline::EdgeOptions options;
  options.model_files = model_files_of(flags.models);
  options.listen = flags.listen;
  options.protection = flags.protection;
  options.workers = flags.workers;
  options.threads = flags.threads;
  options.max_queue = flags.max_queue;
  options.max_batch = flags.max_batch;
  if (flags.first_come) options.scheduling = branchline::EdgeScheduling::first_come;
  options.max_frame_bytes = flags.max_frame;
  options.slice_cache_bytes = flags.slice_cache;
  options.piece = flags.piece;
  options.log = stderr_log(flags.quiet     ? LogLevel::errors
                           : flags.verbose ? LogLevel::everything
                                           : LogLevel::normal);
  return options;
}

/// "127.0.0.1:7400" with the port that was really taken.
std::string address_of(const std::string& listen, std::uint16_t port) {
  return listen.substr(0, listen.rfind(':') + 1) + std::to_string(port);
}

EdgeFacts facts_of(const branchline::EdgeOptions& options) {
  const BuildFacts build = build_facts();
  return {build.version, build.commit, build.libtorch, options.listen, options.workers};
}

int serve(const ServerFlags& flags, const HealthFlags& health_flags) {
  require_safe_address(flags);
  require_sound(health_flags);
  StopSignals signals;
  branchline::EdgeOptions options = options_of(flags);
  if (flags.check) options.listen = "127.0.0.1:0";  // the real one may be in use, by us
  if (flags.check) {
    branchline::EdgeService::open(options);
    std::cout << "ok: " << options.model_files.size() << " models\n";
    return kDone;
  }
  std::optional<branchline::EdgeService> service;
  HealthReporter health(health_flags, facts_of(options), options.log);  // ends before the service
  service = branchline::EdgeService::open(options);
  health.begin_serving(*service);
  const std::string guard = what_protects(flags);
  options.log(flags.unprotected && guard == "nothing" ? 1 : 2, "protected by " + guard);
  std::cout << "listening on " << address_of(flags.listen, service->port()) << std::endl;
  const bool drain = signals.wait() == SIGTERM;
  options.log(2, drain ? "draining" : "stopping");
  health.begin_drain(drain ? health_flags.drain_pause : std::chrono::nanoseconds(0));
  service->stop(drain ? flags.drain : std::chrono::nanoseconds(0));
  const branchline::EdgeStatus status = service->status();
  options.log(2, "answered " + std::to_string(status.answered) + ", refused " +
                     std::to_string(status.refused) + ", expired " +
                     std::to_string(status.expired) + ", failed " + std::to_string(status.failed));
  return drain ? kDone : kInterrupted;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Serves slices of networks to devices, each before its deadline."};
  app.name("branchlined");
  app.set_version_flag("-V,--version", [] { return version_text("branchlined"); });
  ServerFlags flags;
  add_server_flags(app, flags);
  HealthFlags health;
  add_health_flags(app, health);
  add_flag_sources(app, "Read flags from a TOML file");
  app.failure_message([](const CLI::App*, const CLI::Error& error) {
    return "branchlined: " + std::string(error.what()) +
           "\nRun branchlined --help for more information.\n";
  });
  try {
    app.parse(argc, argv);
    return serve(flags, health);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  } catch (const branchline::InputError& error) {
    std::cerr << "branchlined: " << error.what() << '\n';
    return error.kind() == branchline::InputKind::model ? kBadModel : kUsage;
  } catch (const std::exception& error) {
    std::cerr << "branchlined: " << error.what() << '\n';
    return kFailed;
  }
}
