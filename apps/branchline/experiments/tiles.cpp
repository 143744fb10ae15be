#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "apps/branchline/experiments/experiments.h"
#include "apps/branchline/experiments/output_flags.h"
#include "apps/lab/experiments/tiles_experiment.h"

namespace branchline::apps {
namespace {

int run_tiles(const OutputFlags& output, const CLI::App& command) {
  if (const auto folder = open_output(output, command)) {
    folder->write("tiles.txt", lab::tiles_report());
    folder->write("tiles.json", lab::tiles_json());
  }
  std::cout << (output.json ? lab::tiles_json() : lab::tiles_report());
  return kDone;
}

}  // namespace

Verb add_tiles(CLI::App& experiment) {
  auto flags = std::make_shared<OutputFlags>();
  CLI::App* command = experiment.add_subcommand("tiles", "What fusing layers into tiles costs");
  add_output_flags(*command, *flags);
  command->footer("Example:\n  branchline experiment tiles");
  return {command, [flags, command] { return run_tiles(*flags, *command); }};
}

}  // namespace branchline::apps
