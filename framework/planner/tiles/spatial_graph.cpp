#include "framework/planner/tiles/spatial_graph.h"

#include <algorithm>
#include <cstddef>

#include "framework/base/error.h"

namespace branchline::planner::tiles {
namespace {

constexpr std::int64_t kLargestNumber = std::int64_t{1} << 20;

bool is_convolution(LayerKind kind) {
  return kind == LayerKind::convolution || kind == LayerKind::transposed_convolution;
}

bool is_pool(LayerKind kind) {
  return kind == LayerKind::max_pool || kind == LayerKind::average_pool;
}

/// Output positions of a window layer; below 1 if the window does not fit.
std::int64_t output_size(const SpatialLayer& layer, const Window& window, std::int64_t size) {
  const std::int64_t reach = window.dilation * (window.kernel - 1);
  if (layer.kind == LayerKind::transposed_convolution) {
    return (size - 1) * window.stride - 2 * window.padding + reach + window.output_padding + 1;
  }
  const std::int64_t room = size + 2 * window.padding - reach - 1;
  if (room < 0) return 0;
  const bool ceil = is_pool(layer.kind) && layer.ceil_mode;
  std::int64_t positions = (room + (ceil ? window.stride - 1 : 0)) / window.stride + 1;
  // The last window of a pool must start inside the map or its left padding.
  if (ceil && (positions - 1) * window.stride >= size + window.padding) --positions;
  return positions;
}

class ShapeInference {
 public:
  ShapeInference(const SpatialGraph& graph, const std::string& where)
      : graph_(graph), where_(where), layers_(graph.layers) {}

  std::vector<SpatialLayer> run() {
    if (layers_.empty()) fail("the graph has no layers", "layer 0 must be the input");
    if (graph_.bytes_per_value < 1 || graph_.bytes_per_value > 16) {
      fail(std::to_string(graph_.bytes_per_value) + " bytes per value", "give 1 to 16");
    }
    std::vector<bool> read(layers_.size(), false);
    for (place_ = 0; place_ < layers_.size(); ++place_) {
      check_inputs();
      for (const std::int32_t input : layer().inputs) read[static_cast<std::size_t>(input)] = true;
      check_windows();
      infer();
    }
    for (place_ = 0; place_ + 1 < layers_.size(); ++place_) {
      if (!read[place_]) refuse("is read by no layer", "only the last layer is the output");
    }
    return layers_;
  }

 private:
  SpatialLayer& layer() { return layers_[place_]; }
  const MapShape& input(std::size_t number = 0) {
    return layers_[static_cast<std::size_t>(layer().inputs[number])].output;
  }

  [[noreturn]] void fail(const std::string& what, const std::string& fix) const {
    throw InputError(what, where_, fix);
  }

  [[noreturn]] void refuse(const std::string& what, const std::string& fix) const {
    const std::string& name = layers_[place_].name;
    fail("layer " + std::to_string(place_) + (name.empty() ? "" : " '" + name + "'") + " " + what,
         fix);
  }

  void require(std::int64_t number, std::int64_t least, std::int64_t most, const char* what) const {
    if (number >= least && number <= most) return;
    refuse(std::string("has ") + what + " " + std::to_string(number),
           "give " + std::to_string(least) + " to " + std::to_string(most));
  }

  void check_inputs() {
    const std::size_t count = layer().inputs.size();
    if ((layer().kind == LayerKind::input) != (place_ == 0)) {
      refuse("is the wrong kind for its place", "layer 0, and no other, is the input");
    }
    const bool joins = layer().kind == LayerKind::add || layer().kind == LayerKind::concat;
    const bool fits = joins ? count >= 2 : count == (place_ == 0 ? 0 : 1);
    if (!fits) {
      refuse("has " + std::to_string(count) + " inputs",
             joins ? "it joins two or more" : "the input reads none, other layers one");
    }
    for (const std::int32_t input : layer().inputs) {
      if (input < 0 || static_cast<std::size_t>(input) >= place_) {
        refuse("reads layer " + std::to_string(input), "list each layer behind those it reads");
      }
    }
  }

  void check_windows() {
    for (const Window& window : {layer().rows, layer().columns}) {
      const bool has_window = is_convolution(layer().kind) || is_pool(layer().kind);
      if (!has_window && window != Window{})
        refuse("has a window", "its kind looks at one position");
      require(window.kernel, 1, kLargestNumber, "kernel");
      require(window.stride, 1, kLargestNumber, "stride");
      require(window.dilation, 1, layer().kind == LayerKind::average_pool ? 1 : kLargestNumber,
              "dilation");
      require(window.padding, 0, is_pool(layer().kind) ? window.kernel / 2 : kLargestNumber,
              "padding");
      const bool grows = layer().kind == LayerKind::transposed_convolution;
      require(window.output_padding, 0, grows ? std::max(window.stride, window.dilation) - 1 : 0,
              "output padding");
    }
  }

  void infer() {
    MapShape& output = layer().output;
    if (layer().kind == LayerKind::concat) {
      output.channels = 0;
      for (std::size_t i = 0; i < layer().inputs.size(); ++i) output.channels += input(i).channels;
    } else if (layer().kind != LayerKind::input && !is_convolution(layer().kind)) {
      output.channels = input().channels;
    }
    if (layer().kind != LayerKind::input) {
      check_joined();
      check_groups();
      output.rows = output_size(layer(), layer().rows, input().rows);
      output.columns = output_size(layer(), layer().columns, input().columns);
    }
    require(output.channels, 1, kLargestNumber, "channels");
    require(output.rows, 1, kLargestNumber, "rows");
    require(output.columns, 1, kLargestNumber, "columns");
  }

  void check_joined() {
    for (std::size_t i = 1; i < layer().inputs.size(); ++i) {
      MapShape shape = input(i);
      if (layer().kind == LayerKind::concat) shape.channels = input().channels;
      if (shape != input()) {
        refuse("joins maps of different shapes", "add needs equal shapes, concat equal maps");
      }
    }
  }

  void check_groups() {
    const std::int64_t groups = layer().groups;
    require(groups, 1, is_convolution(layer().kind) ? kLargestNumber : 1, "groups");
    if (input().channels % groups != 0 || layer().output.channels % groups != 0) {
      refuse("has " + std::to_string(groups) + " groups", "both numbers of channels are multiples");
    }
  }

  const SpatialGraph& graph_;
  const std::string& where_;
  std::vector<SpatialLayer> layers_;
  std::size_t place_ = 0;
};

}  // namespace

void infer_shapes(SpatialGraph& graph, const std::string& where) {
  graph.layers = ShapeInference(graph, where).run();
}

}  // namespace branchline::planner::tiles
