#include "tests/apps/lab/sweep/sample_network.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <filesystem>

#include "apps/lab/edge_process.h"
#include "tests/branchy_models/temporary_folder.h"
#include "tests/framework/runtime/tiny_network.h"

namespace branchline::testing {
namespace {

using namespace std::chrono_literals;

std::vector<lab::LayerTime> layers_of(const graph::LayerGraph& graph, std::size_t tier) {
  std::vector<lab::LayerTime> layers;
  for (const graph::Unit& unit : graph.units) {
    const Duration time = unit.time.at(tier).value();
    if (unit.id != 0) layers.push_back({unit.id, time, time, time});
  }
  return layers;
}

lab::LabNetwork network_of(const std::string& file) {
  lab::LabNetwork network;
  network.name = std::filesystem::path(file).stem().string();
  network.file = file;
  network.model = model::Model::load(network.file);
  network.graph = network.model->layers();
  network.graph.tiers = {Tier::device, Tier::edge};
  const std::vector<bool> deepest =
      graph::units_of_exit(network.graph, network.graph.exit_count() - 1);
  const auto units = std::count(deepest.begin() + 1, deepest.end(), true);
  for (graph::Unit& unit : network.graph.units) {
    unit.time = {unit.id == 0 ? Duration{0} : Duration(180ms) / units,
                 unit.id == 0 ? Duration{0} : Duration(2ms) / units};
  }
  network.up_overhead = 200;
  network.down_overhead = 100;
  network.layers = {layers_of(network.graph, 0), layers_of(network.graph, 1)};
  at::manual_seed(1);
  const Shape& shape = network.model->inputs().front().shape;
  network.pictures = {at::randint(0, 256, shape, at::kByte)};
  return network;
}

}  // namespace

lab::LabNetwork sample_network() {
  static const branchy_models::TemporaryFolder folder;  // of this process: others test meanwhile
  return network_of(write_tiny_network(folder.path(), 4));
}

lab::LabNetwork sample_camera() {
  return network_of(lab::find_shipped_file("branchy_models/pretrained/b_camera.pt"));
}

EdgeService edge_of(const std::string& model_file) {
  EdgeOptions options;
  options.model_files = {model_file};
  options.listen = "127.0.0.1:0";
  return EdgeService::open(options);
}

}  // namespace branchline::testing
