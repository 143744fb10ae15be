#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "framework/planner/tiles/tile.h"
#include "tests/support/layer_arithmetic.h"

/// What a worker does with one tile: slice, pad, run without padding, crop.
namespace branchline::testing {

using planner::tiles::Axis;
using planner::tiles::LayerKind;
using planner::tiles::LayerTile;
using planner::tiles::Region;
using planner::tiles::Window;

/// One layer of one tile: pad, run with padding 0 and without ceil_mode, crop.
class TileLayer {
 public:
  TileLayer(const SpatialGraph& graph, std::size_t place, const LayerTile& tile)
      : layer_(graph.layers[place]),
        input_shape_(graph.layers[static_cast<std::size_t>(layer_.inputs[0])].output),
        arithmetic_(graph, place),
        tile_(tile) {}

  IntegerMap run(const std::vector<IntegerMap>& slices) const {
    const MapShape shape{layer_.output.channels, tile_.output.rows.size(),
                         tile_.output.columns.size()};
    switch (layer_.kind) {
      case LayerKind::convolution:
      case LayerKind::max_pool:
      case LayerKind::average_pool:
        return gather(padded(slices[0]), shape);
      case LayerKind::transposed_convolution:
        return crop(spread(slices[0]), shape);
      default:
        return join(slices, shape);
    }
  }

 private:
  IntegerMap padded(const IntegerMap& map) const {
    const MapShape shape{
        map.shape.channels, tile_.rows.input.size() + tile_.rows.pad_before + tile_.rows.pad_after,
        tile_.columns.input.size() + tile_.columns.pad_before + tile_.columns.pad_after};
    IntegerMap result(shape, layer_.kind == LayerKind::max_pool ? kMinusInfinity : 0);
    for_each_position(map.shape, [&](std::int64_t c, std::int64_t y, std::int64_t x) {
      result.at(c, y + tile_.rows.pad_before, x + tile_.columns.pad_before) = map.at(c, y, x);
    });
    return result;
  }

  static std::int64_t positions(const Window& window, std::int64_t size) {
    return (size - window.dilation * (window.kernel - 1) - 1) / window.stride + 1;
  }

  IntegerMap gather(const IntegerMap& input, const MapShape& shape) const {
    if (positions(layer_.rows, input.shape.rows) != shape.rows ||
        positions(layer_.columns, input.shape.columns) != shape.columns) {
      throw std::out_of_range("a layer without padding makes a tile of another size");
    }
    IntegerMap output(shape);
    for_each_position(shape, [&](std::int64_t c, std::int64_t y, std::int64_t x) {
      output.at(c, y, x) = gathered(input, c, y, x);
    });
    return output;
  }

  std::uint64_t gathered(const IntegerMap& input, std::int64_t c, std::int64_t y,
                         std::int64_t x) const {
    const bool convolution = layer_.kind == LayerKind::convolution;
    const Interval seen = convolution ? arithmetic_.seen_by(c) : Interval{c, c + 1};
    std::uint64_t sum = convolution ? arithmetic_.bias(c) : 0;
    std::int64_t best = kMinusInfinity;
    for (std::int64_t i = 0; i < layer_.rows.kernel; ++i) {
      for (std::int64_t j = 0; j < layer_.columns.kernel; ++j) {
        for (std::int64_t in = seen.begin; in < seen.end; ++in) {
          const std::uint64_t value =
              input.at(in, y * layer_.rows.stride + i * layer_.rows.dilation,
                       x * layer_.columns.stride + j * layer_.columns.dilation);
          sum += convolution ? value * arithmetic_.weight(c, in - seen.begin, i, j) : value;
          best = std::max(best, static_cast<std::int64_t>(value));
        }
      }
    }
    if (convolution) return sum;
    if (layer_.kind == LayerKind::max_pool) return static_cast<std::uint64_t>(best);
    const std::int64_t divisor =
        averaged_positions(layer_, Axis::rows, input_shape_.rows, tile_.output.rows.begin + y) *
        averaged_positions(layer_, Axis::columns, input_shape_.columns,
                           tile_.output.columns.begin + x);
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(sum) / divisor);
  }

  /// A transposed convolution with padding 0 and without its bias.
  IntegerMap spread(const IntegerMap& input) const {
    const auto size = [](const Window& window, std::int64_t positions) {
      return positions == 0
                 ? 0
                 : (positions - 1) * window.stride + window.dilation * (window.kernel - 1) + 1;
    };
    IntegerMap output({layer_.output.channels, size(layer_.rows, input.shape.rows),
                       size(layer_.columns, input.shape.columns)});
    for_each_position(output.shape, [&](std::int64_t c, std::int64_t row, std::int64_t column) {
      const Interval seen = arithmetic_.seen_by(c);
      for (std::int64_t y = 0; y < input.shape.rows; ++y) {
        for (std::int64_t x = 0; x < input.shape.columns; ++x) {
          const std::int64_t down = row - y * layer_.rows.stride;
          const std::int64_t right = column - x * layer_.columns.stride;
          const std::int64_t i = down / layer_.rows.dilation, j = right / layer_.columns.dilation;
          if (down < 0 || right < 0 || i * layer_.rows.dilation != down ||
              j * layer_.columns.dilation != right || i >= layer_.rows.kernel ||
              j >= layer_.columns.kernel) {
            continue;
          }
          for (std::int64_t in = seen.begin; in < seen.end; ++in) {
            output.at(c, row, column) +=
                arithmetic_.weight(c, in - seen.begin, i, j) * input.at(in, y, x);
          }
        }
      }
    });
    return output;
  }

  /// Cuts the excess off, adds what no input reaches, then the bias.
  IntegerMap crop(const IntegerMap& map, const MapShape& shape) const {
    const bool nothing = map.shape.rows == 0 || map.shape.columns == 0;
    if (!nothing &&
        (map.shape.rows - tile_.rows.crop_before - tile_.rows.crop_after != shape.rows ||
         map.shape.columns - tile_.columns.crop_before - tile_.columns.crop_after !=
             shape.columns)) {
      throw std::out_of_range("a transposed convolution is cropped to another size");
    }
    IntegerMap output(shape);
    for_each_position(shape, [&](std::int64_t c, std::int64_t y, std::int64_t x) {
      const std::int64_t row = y + tile_.rows.crop_before, column = x + tile_.columns.crop_before;
      output.at(c, y, x) =
          arithmetic_.bias(c) + (map.holds(row, column) ? map.at(c, row, column) : 0);
    });
    return output;
  }

  IntegerMap join(const std::vector<IntegerMap>& slices, const MapShape& shape) const {
    IntegerMap output(shape);
    for_each_position(shape, [&](std::int64_t c, std::int64_t y, std::int64_t x) {
      std::uint64_t& value = output.at(c, y, x);
      if (layer_.kind == LayerKind::elementwise) {
        value = LayerArithmetic::activation(slices[0].at(c, y, x));
      } else if (layer_.kind == LayerKind::add) {
        for (const IntegerMap& part : slices) value += part.at(c, y, x);
      } else {
        std::size_t from = 0;
        std::int64_t channel = c;
        while (channel >= slices[from].shape.channels) {
          channel -= slices[from++].shape.channels;
        }
        value = slices[from].at(channel, y, x);
      }
    });
    return output;
  }

  const SpatialLayer& layer_;
  MapShape input_shape_;
  LayerArithmetic arithmetic_;
  const LayerTile& tile_;
};

/// What a worker returns that gets `tiles[0].output` of the input, and nothing else.
/// @throws std::out_of_range when a layer would need what the tile does not hold.
inline IntegerMap run_tile(const SpatialGraph& graph, const std::vector<LayerTile>& tiles,
                           const IntegerMap& input) {
  const Region whole{{0, input.shape.rows}, {0, input.shape.columns}};
  std::vector<IntegerMap> maps(graph.layers.size());
  maps[0] = slice(input, whole, tiles[0].output);
  for (std::size_t place = 1; place < maps.size(); ++place) {
    const LayerTile& tile = tiles[place];
    maps[place] = IntegerMap({graph.layers[place].output.channels, 0, 0});
    if (tile.output.empty()) continue;
    std::vector<IntegerMap> slices;
    for (const std::int32_t from : graph.layers[place].inputs) {
      const auto producer = static_cast<std::size_t>(from);
      slices.push_back(
          slice(maps[producer], tiles[producer].output, {tile.rows.input, tile.columns.input}));
    }
    maps[place] = TileLayer(graph, place, tile).run(slices);
  }
  return maps.back();
}

}  // namespace branchline::testing
