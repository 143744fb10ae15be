#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "apps/branchline/verbs/verbs.h"
#include "apps/lab/machine_checks.h"

namespace branchline::apps {

Verb add_doctor(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "doctor", "Check what deadlines depend on: BLAS, threads, cores, clock, wake-ups, packages");
  const auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "One JSON document");
  command->footer(
      "Example:\n  branchline doctor\nTakes some seconds. A warning is advice: the exit code is 0 "
      "either way.\n");
  return {command, [json] {
            const auto checks = lab::check_machine();
            std::cout << (*json ? lab::to_json(checks) + "\n" : lab::to_text(checks));
            return kDone;
          }};
}

}  // namespace branchline::apps
