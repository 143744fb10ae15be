#include "apps/branchline/verbs/experiment_streams.h"

#include <filesystem>
#include <iostream>

#include "apps/branchline/flags.h"
#include "apps/branchline/verbs/verbs.h"
#include "apps/lab/edge_process.h"
#include "apps/lab/run_folder.h"
#include "apps/lab/stream_experiment.h"

namespace branchline::apps {
namespace {

const std::vector<std::string> kStreamUplinks = {"4mbit", "16mbit", "64mbit"};

}  // namespace

int run_streams(const StreamFlags& flags) {
  lab::StreamSettings settings;
  settings.model = flags.model.empty()
                       ? lab::find_shipped_file("branchy_models/pretrained/b_camera.pt")
                       : flags.model;
  settings.frames = flags.frames;
  settings.device_slowdown = flags.device_slowdown;
  for (const std::string& text : flags.uplinks.empty() ? kStreamUplinks : flags.uplinks) {
    settings.uplinks_bytes_per_s.push_back(parse_rate(text, "--uplink"));
  }
  const std::string log =
      (std::filesystem::temp_directory_path() / "branchline_streams_edge.log").string();
  const lab::EdgeProcess edge(lab::find_edge_program(), settings.model, log);
  settings.edge_port = edge.port();
  const auto rows = lab::run_stream_experiment(
      settings, [](const std::string& what) { std::cerr << what << '\n'; });
  if (!flags.output.empty()) {
    const lab::RunFolder folder(flags.output);
    folder.write("streams.csv", lab::stream_csv(rows));
    folder.write("streams.txt", lab::stream_table(rows));
  }
  if (flags.json) {
    std::cout << lab::stream_json(rows);
    return kDone;
  }
  std::cout << "split at the deepest exit, device " << flags.device_slowdown
            << " times slower than this machine, 10 ms one way; times in ms, means\n"
            << lab::stream_table(rows);
  return kDone;
}

}  // namespace branchline::apps
