#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

#include "framework/planner/tiles/tile.h"

/// A plain reference for spatial layers on integer maps, where "lossless" means equal to the bit.
/// Values are 64-bit numbers that wrap around, so that no order of summation changes a result.
/// run_whole() computes a network from the definitions of its layers, with their own padding and
/// ceil_mode. run_tile() does what a worker would: slice, pad, run without padding, crop.
namespace branchline::testing {

using planner::tiles::Axis;
using planner::tiles::InputWindow;
using planner::tiles::Interval;
using planner::tiles::LayerKind;
using planner::tiles::LayerTile;
using planner::tiles::MapShape;
using planner::tiles::Region;
using planner::tiles::SpatialGraph;
using planner::tiles::SpatialLayer;
using planner::tiles::Window;

struct IntegerMap {
  MapShape shape;
  std::vector<std::uint64_t> values;

  IntegerMap() = default;
  explicit IntegerMap(MapShape of, std::int64_t fill = 0)
      : shape(of),
        values(static_cast<std::size_t>(of.channels * of.rows * of.columns),
               static_cast<std::uint64_t>(fill)) {}

  std::uint64_t& at(std::int64_t channel, std::int64_t row, std::int64_t column) {
    return values[static_cast<std::size_t>((channel * shape.rows + row) * shape.columns + column)];
  }
  std::uint64_t at(std::int64_t channel, std::int64_t row, std::int64_t column) const {
    return const_cast<IntegerMap*>(this)->at(channel, row, column);
  }
  bool holds(std::int64_t row, std::int64_t column) const {
    return row >= 0 && row < shape.rows && column >= 0 && column < shape.columns;
  }

  friend bool operator==(const IntegerMap&, const IntegerMap&) = default;
};

/// Calls visit(channel, row, column) for every position.
template <typename Visit>
void for_each_position(const MapShape& shape, const Visit& visit) {
  for (std::int64_t c = 0; c < shape.channels; ++c) {
    for (std::int64_t y = 0; y < shape.rows; ++y) {
      for (std::int64_t x = 0; x < shape.columns; ++x) visit(c, y, x);
    }
  }
}

/// Any number, always the same for the same place.
inline std::int64_t mixed(std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d = 0) {
  std::uint64_t value = a * 0x9E3779B97F4A7C15u ^ b * 0xC2B2AE3D27D4EB4Fu ^
                        c * 0x165667B19E3779F9u ^ d * 0x27D4EB2F165667C5u;
  value = (value ^ (value >> 29)) * 0xBF58476D1CE4E5B9u;
  return static_cast<std::int64_t>((value ^ (value >> 32)) >> 32);
}

inline IntegerMap random_map(const MapShape& shape, std::uint64_t seed) {
  IntegerMap map(shape);
  for_each_position(shape, [&](std::int64_t c, std::int64_t y, std::int64_t x) {
    map.at(c, y, x) = static_cast<std::uint64_t>(
        mixed(seed, static_cast<std::uint64_t>(c), static_cast<std::uint64_t>(y * 4096 + x)) %
            2001 -
        1000);
  });
  return map;
}

/// The layers' arithmetic, shared by both ways to run them. `place` chooses weights and biases.
class LayerArithmetic {
 public:
  LayerArithmetic(const SpatialGraph& graph, std::size_t place)
      : layer_(graph.layers[place]), place_(place) {
    if (!layer_.inputs.empty()) {
      inputs_ = graph.layers[static_cast<std::size_t>(layer_.inputs[0])].output;
    }
  }

  std::uint64_t bias(std::int64_t channel) const {
    return number(mixed(place_, number(channel), 77) % 9 - 4);
  }
  std::uint64_t weight(std::int64_t out, std::int64_t in, std::int64_t i, std::int64_t j) const {
    return number(mixed(place_, number(out), number(in), number(i * 64 + j)) % 7 - 3);
  }
  static std::uint64_t activation(std::uint64_t value) {
    const auto sign = static_cast<std::int64_t>(value);
    return sign > 0 ? value + 3 : value / 2 + 5;  // nowhere the identity, not 0 at 0
  }
  /// The input channels that an output channel sees.
  Interval seen_by(std::int64_t out) const {
    const std::int64_t each = inputs_.channels / layer_.groups;
    const std::int64_t group = out / (layer_.output.channels / layer_.groups);
    return {group * each, (group + 1) * each};
  }
  static std::uint64_t number(std::int64_t value) { return static_cast<std::uint64_t>(value); }

 private:
  const SpatialLayer& layer_;
  std::uint64_t place_;
  MapShape inputs_;
};

constexpr std::int64_t kMinusInfinity = INT64_MIN;

/// One layer on a whole map, straight from its definition.
class WholeLayer {
 public:
  WholeLayer(const SpatialGraph& graph, std::size_t place, std::vector<const IntegerMap*> inputs)
      : layer_(graph.layers[place]), arithmetic_(graph, place), inputs_(std::move(inputs)) {}

  IntegerMap run() const {
    IntegerMap output(layer_.output);
    if (layer_.kind == LayerKind::transposed_convolution) {
      scatter(output);
      return output;
    }
    for_each_position(layer_.output, [&](std::int64_t c, std::int64_t y, std::int64_t x) {
      output.at(c, y, x) = value(c, y, x);
    });
    return output;
  }

 private:
  std::uint64_t value(std::int64_t c, std::int64_t y, std::int64_t x) const {
    switch (layer_.kind) {
      case LayerKind::convolution:
        return convolve(c, y, x);
      case LayerKind::max_pool:
        return largest(c, y, x);
      case LayerKind::average_pool:
        return average(c, y, x);
      case LayerKind::elementwise:
        return LayerArithmetic::activation(inputs_[0]->at(c, y, x));
      case LayerKind::add: {
        std::uint64_t sum = 0;
        for (const IntegerMap* input : inputs_) sum += input->at(c, y, x);
        return sum;
      }
      default: {
        std::size_t input = 0;
        while (c >= inputs_[input]->shape.channels) c -= inputs_[input++]->shape.channels;
        return inputs_[input]->at(c, y, x);
      }
    }
  }

  /// Calls visit(row, column, i, j) for the kernel's positions that lie in the map.
  template <typename Visit>
  void for_each_tap(std::int64_t y, std::int64_t x, const Visit& visit) const {
    const Window &r = layer_.rows, &c = layer_.columns;
    for (std::int64_t i = 0; i < r.kernel; ++i) {
      for (std::int64_t j = 0; j < c.kernel; ++j) {
        const std::int64_t row = y * r.stride - r.padding + i * r.dilation;
        const std::int64_t column = x * c.stride - c.padding + j * c.dilation;
        if (inputs_[0]->holds(row, column)) visit(row, column, i, j);
      }
    }
  }

  std::uint64_t convolve(std::int64_t c, std::int64_t y, std::int64_t x) const {
    std::uint64_t sum = arithmetic_.bias(c);
    const Interval seen = arithmetic_.seen_by(c);
    for_each_tap(y, x, [&](std::int64_t row, std::int64_t column, std::int64_t i, std::int64_t j) {
      for (std::int64_t in = seen.begin; in < seen.end; ++in) {
        sum += arithmetic_.weight(c, in - seen.begin, i, j) * inputs_[0]->at(in, row, column);
      }
    });
    return sum;
  }

  std::uint64_t largest(std::int64_t c, std::int64_t y, std::int64_t x) const {
    std::int64_t best = kMinusInfinity;
    for_each_tap(y, x, [&](std::int64_t row, std::int64_t column, std::int64_t, std::int64_t) {
      best = std::max(best, static_cast<std::int64_t>(inputs_[0]->at(c, row, column)));
    });
    return static_cast<std::uint64_t>(best);
  }

  /// LibTorch's avg_pool2d: the window is first clipped to the padded map, then to the map.
  std::uint64_t average(std::int64_t c, std::int64_t y, std::int64_t x) const {
    std::uint64_t sum = 0;
    std::int64_t in_map = 0, in_padded_map = 0;
    for_each_tap(y, x, [&](std::int64_t row, std::int64_t column, std::int64_t, std::int64_t) {
      sum += inputs_[0]->at(c, row, column);
      ++in_map;
    });
    const Window &r = layer_.rows, &k = layer_.columns;
    for (std::int64_t row = y * r.stride - r.padding, i = 0; i < r.kernel; ++i, ++row) {
      for (std::int64_t column = x * k.stride - k.padding, j = 0; j < k.kernel; ++j, ++column) {
        in_padded_map += row < inputs_[0]->shape.rows + r.padding &&
                         column < inputs_[0]->shape.columns + k.padding;
      }
    }
    const std::int64_t divisor = layer_.count_include_pad ? in_padded_map : in_map;
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(sum) / divisor);
  }

  void scatter(IntegerMap& output) const {
    for_each_position(output.shape, [&](std::int64_t c, std::int64_t y, std::int64_t x) {
      output.at(c, y, x) = arithmetic_.bias(c);
    });
    const Window &r = layer_.rows, &k = layer_.columns;
    for_each_position(inputs_[0]->shape, [&](std::int64_t in, std::int64_t y, std::int64_t x) {
      for (std::int64_t out = 0; out < output.shape.channels; ++out) {
        const Interval seen = arithmetic_.seen_by(out);
        if (in < seen.begin || in >= seen.end) continue;
        for (std::int64_t i = 0; i < r.kernel; ++i) {
          for (std::int64_t j = 0; j < k.kernel; ++j) {
            const std::int64_t row = y * r.stride - r.padding + i * r.dilation;
            const std::int64_t column = x * k.stride - k.padding + j * k.dilation;
            if (!output.holds(row, column)) continue;
            output.at(out, row, column) +=
                arithmetic_.weight(out, in - seen.begin, i, j) * inputs_[0]->at(in, y, x);
          }
        }
      }
    });
  }

  const SpatialLayer& layer_;
  LayerArithmetic arithmetic_;
  std::vector<const IntegerMap*> inputs_;
};

/// The maps of all layers.
inline std::vector<IntegerMap> run_whole(const SpatialGraph& graph, const IntegerMap& input) {
  std::vector<IntegerMap> maps(graph.layers.size());
  maps[0] = input;
  for (std::size_t place = 1; place < maps.size(); ++place) {
    std::vector<const IntegerMap*> inputs;
    for (const std::int32_t from : graph.layers[place].inputs) {
      inputs.push_back(&maps[static_cast<std::size_t>(from)]);
    }
    maps[place] = WholeLayer(graph, place, std::move(inputs)).run();
  }
  return maps;
}

/// The part of a map in `region`, which must lie in the part `map` of it that begins at `origin`.
inline IntegerMap slice(const IntegerMap& map, Region origin, Region region) {
  if (region.empty()) return IntegerMap({map.shape.channels, 0, 0});
  IntegerMap part({map.shape.channels, region.rows.size(), region.columns.size()});
  for_each_position(part.shape, [&](std::int64_t c, std::int64_t y, std::int64_t x) {
    const std::int64_t row = y + region.rows.begin - origin.rows.begin;
    const std::int64_t column = x + region.columns.begin - origin.columns.begin;
    if (!map.holds(row, column)) throw std::out_of_range("a tile lacks a position that is read");
    part.at(c, y, x) = map.at(c, row, column);
  });
  return part;
}

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
