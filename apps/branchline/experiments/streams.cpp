#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "apps/branchline/experiments/edge_files.h"
#include "apps/branchline/experiments/experiments.h"
#include "apps/branchline/experiments/output_flags.h"
#include "apps/branchline/flags.h"
#include "apps/lab/edge_process.h"
#include "apps/lab/stream_experiment.h"

namespace branchline::apps {
namespace {

struct StreamFlags {
  std::string model;
  std::vector<std::string> uplinks;
  lab::StreamSettings settings;
  OutputFlags output;
};

const std::vector<std::string> kStreamUplinks = {"4mbit", "16mbit", "64mbit"};

int run_streams(const StreamFlags& flags, const CLI::App& command) {
  const auto folder = open_output(flags.output, command);
  lab::StreamSettings settings = flags.settings;
  settings.model = model_or_camera(flags.model);
  for (const std::string& text : flags.uplinks.empty() ? kStreamUplinks : flags.uplinks) {
    settings.uplinks_bytes_per_s.push_back(parse_rate(text, "--uplink"));
  }
  const lab::EdgeProcess edge(lab::find_edge_program(), settings.model, edge_log(folder));
  settings.edge_port = edge.port();
  const auto rows = lab::run_stream_experiment(
      settings, [](const std::string& what) { std::cerr << what << '\n'; });
  if (folder) {
    folder->write("streams.csv", lab::stream_csv(rows));
    folder->write("streams.txt", lab::stream_table(rows));
  }
  if (flags.output.json) {
    std::cout << lab::stream_json(rows);
    return kDone;
  }
  std::cout << "split at the deepest exit, device " << settings.device_slowdown
            << " times slower than this machine, 10 ms one way; times in ms, means\n"
            << lab::stream_table(rows);
  return kDone;
}

}  // namespace

Verb add_streams(CLI::App& experiment) {
  auto flags = std::make_shared<StreamFlags>();
  CLI::App* command = experiment.add_subcommand(
      "streams", "Frames per second, pipelined and one at a time, with a real edge");
  command->add_option("MODEL", flags->model, "Default: the shipped b_camera")
      ->type_name("MODEL.pt");
  command->add_option("--uplink", flags->uplinks, "Repeatable; default: 4mbit 16mbit 64mbit")
      ->type_name("RATE");
  command->add_option("--frames", flags->settings.frames, "Of a round")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command
      ->add_option("--device-slowdown", flags->settings.device_slowdown,
                   "How many times slower than this machine the device is")
      ->check(CLI::Range(1.0, 10000.0))
      ->capture_default_str();
  add_output_flags(*command, flags->output);
  command->footer("Example:\n  branchline experiment streams --uplink 8mbit");
  return {command, [flags, command] { return run_streams(*flags, *command); }};
}

}  // namespace branchline::apps
