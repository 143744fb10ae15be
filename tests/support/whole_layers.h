#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "tests/support/layer_arithmetic.h"

/// A network of spatial layers computed from their definitions, with their own padding and
/// ceil_mode.
namespace branchline::testing {

using planner::tiles::LayerKind;
using planner::tiles::Window;

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

}  // namespace branchline::testing
