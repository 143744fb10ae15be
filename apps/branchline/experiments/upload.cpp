#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <vector>

#include "apps/branchline/experiments/experiments.h"
#include "apps/branchline/experiments/graph_flags.h"
#include "apps/branchline/experiments/output_flags.h"
#include "apps/lab/experiments/upload_experiment.h"

namespace branchline::apps {
namespace {

struct UploadFlags {
  GraphFlags graphs;
  OutputFlags output;
};

int run_upload(const UploadFlags& flags, const CLI::App& command) {
  const auto folder = open_output(flags.output, command);
  const std::vector<lab::UploadRow> rows = lab::run_upload_experiment(experiment_of(flags.graphs));
  if (folder) {
    folder->write("upload.csv", lab::upload_csv(rows));
    folder->write("upload.txt", lab::upload_table(rows));
  }
  if (flags.output.json) {
    std::cout << lab::upload_json(rows);
    return kDone;
  }
  std::cout << "values sent as soon as they exist: time when all are sent at the end over that "
               "time, for the best cut, and with cut and order chosen together\n"
            << lab::upload_table(rows);
  return kDone;
}

}  // namespace

Verb add_upload(CLI::App& experiment) {
  auto flags = std::make_shared<UploadFlags>();
  CLI::App* command = experiment.add_subcommand(
      "upload", "What sending values as soon as they exist gains over sending them at the end");
  add_graph_flags(*command, flags->graphs);
  add_output_flags(*command, flags->output);
  command->footer("Example:\n  branchline experiment upload --ratio 25 -o upload");
  return {command, [flags, command] { return run_upload(*flags, *command); }};
}

}  // namespace branchline::apps
