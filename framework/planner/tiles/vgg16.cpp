#include "framework/planner/tiles/vgg16.h"

#include <string>
#include <utility>

namespace branchline::planner::tiles {
namespace {

void append_vgg_layer(SpatialGraph& network, LayerKind kind, Window window,
                      std::int64_t channels = 1) {
  const auto place = static_cast<std::int32_t>(network.layers.size());
  SpatialLayer layer;
  layer.name = (kind == LayerKind::convolution ? "conv" : "pool") + std::to_string(place);
  layer.kind = kind;
  layer.inputs = {place - 1};
  layer.rows = layer.columns = window;
  layer.output.channels = channels;
  network.layers.push_back(std::move(layer));
}

}  // namespace

SpatialGraph vgg16_features(std::int64_t picture_size) {
  SpatialGraph network;
  network.name = "vgg16";
  SpatialLayer& picture = network.layers.emplace_back();
  picture.name = "picture";
  picture.kind = LayerKind::input;
  picture.output = {3, picture_size, picture_size};
  Window three, two;
  three.kernel = 3;
  three.padding = 1;
  two.kernel = two.stride = 2;
  for (const auto& [convolutions, channels] :
       {std::pair{2, 64}, {2, 128}, {3, 256}, {3, 512}, {3, 512}}) {
    for (int i = 0; i < convolutions; ++i) {
      append_vgg_layer(network, LayerKind::convolution, three, channels);
    }
    append_vgg_layer(network, LayerKind::max_pool, two);
  }
  infer_shapes(network, network.name);
  return network;
}

}  // namespace branchline::planner::tiles
