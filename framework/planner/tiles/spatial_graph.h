#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace branchline::planner::tiles {

/// The layers that a tile can run through, because each of their outputs looks at a window of their
/// input. Whatever looks at the whole map (a fully connected layer, global pooling) ends the stack.
enum class LayerKind {
  input,                   ///< layer 0: the map that the stack reads
  convolution,             ///<
  transposed_convolution,  ///<
  max_pool,                ///< padding is minus infinity
  average_pool,            ///< padding is 0; count_include_pad says whether it is counted
  elementwise,             ///< activation, batch norm in eval mode, LRN across channels, …
  add,                     ///< inputs of equal shape
  concat,                  ///< along the channels; inputs of equal rows and columns
};

enum class Axis { rows, columns };

/// What a layer looks at on one axis, as PyTorch names it. Positions, not bytes.
struct Window {
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t padding = 0;  ///< on both sides
  std::int64_t dilation = 1;
  std::int64_t output_padding = 0;  ///< transposed convolution only

  friend bool operator==(const Window&, const Window&) = default;
};

struct MapShape {
  std::int64_t channels = 1;
  std::int64_t rows = 0;
  std::int64_t columns = 0;

  std::int64_t size(Axis axis) const { return axis == Axis::rows ? rows : columns; }

  friend bool operator==(const MapShape&, const MapShape&) = default;
};

struct SpatialLayer {
  std::string name;
  LayerKind kind = LayerKind::elementwise;
  std::vector<std::int32_t> inputs;  ///< earlier layers; two or more for add and concat
  Window rows;
  Window columns;
  std::int64_t groups = 1;        ///< convolutions only
  bool ceil_mode = false;         ///< pools only
  bool count_include_pad = true;  ///< average_pool only
  /// The input's shape, and the channels of a convolution, come from whoever makes the graph;
  /// infer_shapes() fills in the rest.
  MapShape output;

  const Window& window(Axis axis) const { return axis == Axis::rows ? rows : columns; }

  friend bool operator==(const SpatialLayer&, const SpatialLayer&) = default;
};

/// A 2-D network, or a part of one, layer by layer. Layers are in topological order, layer 0 is the
/// input and the last one the output; every other layer is read by a later one.
struct SpatialGraph {
  std::string name;
  std::vector<SpatialLayer> layers;
  std::int64_t bytes_per_value = 4;

  friend bool operator==(const SpatialGraph&, const SpatialGraph&) = default;
};

/// Checks every invariant and fills in the output shapes, as PyTorch computes them.
/// Pools pad at most half their kernel and average pools have dilation 1, as in LibTorch; sizes,
/// channels and window parameters are at most 2^20.
/// @throws InputError naming `where` and the layer; the graph is then unchanged.
/// O(layers + edges).
void infer_shapes(SpatialGraph& graph, const std::string& where);

}  // namespace branchline::planner::tiles
