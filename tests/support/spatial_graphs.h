#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "framework/base/error.h"
#include "framework/planner/tiles/spatial_graph.h"

namespace branchline::testing {

/// Builds a spatial graph layer by layer; every call returns the new layer's number.
class SpatialGraphBuilder {
 public:
  using Graph = planner::tiles::SpatialGraph;
  using Kind = planner::tiles::LayerKind;
  using Layer = planner::tiles::SpatialLayer;
  using Window = planner::tiles::Window;

  explicit SpatialGraphBuilder(planner::tiles::MapShape input) {
    graph_.name = "test";
    Layer layer;
    layer.kind = Kind::input;
    layer.output = input;
    graph_.layers.push_back(layer);
  }

  std::int32_t last() const { return static_cast<std::int32_t>(graph_.layers.size()) - 1; }

  std::int32_t add(Layer layer) {
    layer.name = "layer" + std::to_string(last() + 1);
    graph_.layers.push_back(std::move(layer));
    return last();
  }

  std::int32_t window(Kind kind, std::int32_t from, Window rows, Window columns,
                      std::int64_t channels = 1) {
    Layer layer;
    layer.kind = kind;
    layer.inputs = {from};
    layer.rows = rows;
    layer.columns = columns;
    layer.output.channels = channels;
    return add(std::move(layer));
  }

  std::int32_t window(Kind kind, std::int32_t from, Window both, std::int64_t channels = 1) {
    return window(kind, from, both, both, channels);
  }

  std::int32_t join(Kind kind, std::vector<std::int32_t> inputs) {
    Layer layer;
    layer.kind = kind;
    layer.inputs = std::move(inputs);
    return add(std::move(layer));
  }

  Layer& layer(std::int32_t number) { return graph_.layers[static_cast<std::size_t>(number)]; }

  Graph build() const {
    Graph graph = graph_;
    planner::tiles::infer_shapes(graph, "test");
    return graph;
  }

 private:
  Graph graph_;
};

inline planner::tiles::Window window_of(std::int64_t kernel, std::int64_t stride = 1,
                                        std::int64_t padding = 0, std::int64_t dilation = 1,
                                        std::int64_t output_padding = 0) {
  return {kernel, stride, padding, dilation, output_padding};
}

/// Random stacks: chains of any windows, residual blocks, concatenated branches, and maps that go
/// down and up again beside a skip connection.
///
///     chain      -> w -> w ->          concat    +-> 3x3 ------+
///     residual   +-> w -> w -> add               +-> pool 3x3 -+-> concat ->
///               -+------------^ ->              -+-> 5x5 ------+
class RandomSpatialGraph {
 public:
  using Kind = planner::tiles::LayerKind;
  using Window = planner::tiles::Window;

  explicit RandomSpatialGraph(std::uint32_t seed) : random_(seed) {}

  /// @param chain  convolutions and pools one behind the other only
  planner::tiles::SpatialGraph make(bool chain = false) {
    while (true) {
      SpatialGraphBuilder builder({number(1, 2), number(3, 20), number(3, 20)});
      for (std::int64_t blocks = number(1, 4); blocks > 0; --blocks) {
        append_block(builder, chain ? 0 : number(0, 7));
      }
      try {
        planner::tiles::SpatialGraph graph = builder.build();
        const planner::tiles::MapShape& output = graph.layers.back().output;
        if (output.rows <= 60 && output.columns <= 60) return graph;
      } catch (const InputError&) {
        // Its windows do not fit: draw again.
      }
    }
  }

  std::int64_t number(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(random_);
  }

 private:
  bool coin() { return number(0, 1) == 1; }

  void append_block(SpatialGraphBuilder& builder, std::int64_t kind) {
    switch (kind) {
      case 3:
        builder.join(Kind::elementwise, {builder.last()});
        break;
      case 4:
        append_residual(builder);
        break;
      case 5:
        append_branches(builder);
        break;
      case 6:
        append_transposed(builder);
        break;
      case 7:
        append_valley(builder);
        break;
      default:
        append_window(builder);
    }
  }

  Window any_window(Kind kind) {
    Window window = window_of(number(1, 5), number(1, 3));
    const bool pool = kind != Kind::convolution;
    window.padding = number(0, pool ? window.kernel / 2 : window.kernel + 1);
    if (kind != Kind::average_pool && number(0, 2) == 0) window.dilation = number(2, 3);
    return window;
  }

  void append_window(SpatialGraphBuilder& builder) {
    const Kind kind =
        std::array{Kind::convolution, Kind::max_pool, Kind::average_pool}[index(number(0, 2))];
    const Window rows = any_window(kind), columns = coin() ? rows : any_window(kind);
    const std::int32_t layer = builder.window(kind, builder.last(), rows, columns, number(1, 2));
    builder.layer(layer).ceil_mode = kind != Kind::convolution && coin();
    builder.layer(layer).count_include_pad = coin();
  }

  void append_residual(SpatialGraphBuilder& builder) {
    const std::int32_t from = builder.last();
    const std::int64_t stride = number(1, 2), dilation = number(1, 2);
    const auto skip_layer = [&] {
      return builder.window(Kind::convolution, from, window_of(1, stride), 2);
    };
    // Either of the two may be the first to read the block's input.
    const bool skip_first = coin();
    std::int32_t skip = skip_first ? skip_layer() : 0;
    std::int32_t branch = builder.window(Kind::convolution, from, window_of(3, stride, 1), 2);
    branch = builder.join(Kind::elementwise, {branch});
    branch = builder.window(Kind::convolution, branch, window_of(3, 1, dilation, dilation), 2);
    if (!skip_first) skip = skip_layer();
    builder.join(Kind::elementwise, {builder.join(Kind::add, {branch, skip})});
  }

  void append_branches(SpatialGraphBuilder& builder) {
    const std::int32_t from = builder.last();
    std::vector<std::int32_t> ends;
    if (coin()) ends.push_back(from);  // as DenseNet does
    const std::int32_t one = builder.window(Kind::convolution, from, window_of(1), 1);
    ends.push_back(builder.window(Kind::convolution, one, window_of(5, 1, 2), window_of(3, 1, 1)));
    ends.push_back(
        builder.window(coin() ? Kind::max_pool : Kind::average_pool, from, window_of(3, 1, 1)));
    builder.layer(ends.back()).count_include_pad = coin();
    builder.join(Kind::concat, ends);
  }

  void append_transposed(SpatialGraphBuilder& builder) {
    Window window = window_of(number(1, 4), number(1, 3), number(0, 1), number(1, 2));
    window.output_padding = number(0, std::max(window.stride, window.dilation) - 1);
    builder.window(Kind::transposed_convolution, builder.last(), window, number(1, 2));
  }

  /// Fits maps with even sides only.
  void append_valley(SpatialGraphBuilder& builder) {
    const std::int32_t from =
        builder.window(Kind::convolution, builder.last(), window_of(3, 1, 1), 2);
    std::int32_t down = builder.window(Kind::max_pool, from, window_of(2, 2));
    down = builder.window(Kind::convolution, down, window_of(3, 1, 1), 2);
    const std::int32_t up =
        builder.window(Kind::transposed_convolution, down, window_of(coin() ? 2 : 4, 2), 2);
    if (builder.layer(up).rows.kernel == 4) builder.layer(up).rows.padding = 1;
    builder.layer(up).columns = builder.layer(up).rows;
    builder.join(coin() ? Kind::add : Kind::concat, {from, up});
  }

  static std::size_t index(std::int64_t number) { return static_cast<std::size_t>(number); }

  std::mt19937 random_;
};

}  // namespace branchline::testing
