#include "apps/branchline/experiments/graphs.h"

#include <filesystem>

#include "apps/branchline/text_file.h"
#include "apps/lab/edge_process.h"
#include "framework/base/error.h"
#include "framework/graph/graph_json.h"
#include "framework/model/model.h"

namespace branchline::apps {
namespace {

constexpr const char* kNetworks[] = {"alexnet",   "vgg16",        "resnet18",     "resnet50",
                                     "googlenet", "inception_v3", "mobilenet_v2", "densenet121"};
constexpr const char* kModels[] = {"b_lenet-fashion", "b_alexnet-cifar10", "b_resnet-cifar10",
                                   "b_camera"};

}  // namespace

std::vector<graph::LayerGraph> shipped_graphs() {
  std::vector<graph::LayerGraph> graphs;
  for (const std::string network : kNetworks) {
    graphs.push_back(graph_of_file(lab::find_shipped_file("apps/lab/graphs/" + network + ".json")));
  }
  for (const std::string model : kModels) {
    graphs.push_back(
        graph_of_file(lab::find_shipped_file("branchy_models/pretrained/" + model + ".pt")));
  }
  return graphs;
}

graph::LayerGraph graph_of_file(const std::string& path) {
  if (std::filesystem::path(path).extension() == ".pt") {
    graph::LayerGraph graph = model::Model::load(path)->layers();
    graph.name = std::filesystem::path(path).stem().string();
    return graph;
  }
  return graph::graph_from_json(
      read_text_file(path, "give a GRAPH.json (docs/schemas.md) or MODEL.pt"), path);
}

}  // namespace branchline::apps
