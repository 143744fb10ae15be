#include "framework/planner/tiles/input_window.h"

#include <algorithm>

#include "framework/base/error.h"

namespace branchline::planner::tiles {
namespace {

std::int64_t floor_quotient(std::int64_t dividend, std::int64_t divisor) {
  return dividend / divisor - (dividend % divisor < 0 ? 1 : 0);
}

std::int64_t ceil_quotient(std::int64_t dividend, std::int64_t divisor) {
  return -floor_quotient(-dividend, divisor);
}

/// Convolutions and pools: from the first window's first position to the last one's last.
InputWindow read_by_windows(const Window& window, std::int64_t size, Interval output) {
  const std::int64_t begin = output.begin * window.stride - window.padding;
  const std::int64_t end =
      (output.end - 1) * window.stride - window.padding + window.dilation * (window.kernel - 1) + 1;
  // A tile may lie wholly in the padding: then both ends are clamped to the same border.
  return {{std::clamp<std::int64_t>(begin, 0, size), std::clamp<std::int64_t>(end, 0, size)},
          std::min<std::int64_t>(end, 0) - std::min<std::int64_t>(begin, 0),
          std::max(end, size) - std::max(begin, size)};
}

/// Input i writes to i * stride - padding + j * dilation, 0 <= j < kernel.
InputWindow written_by_kernels(const Window& window, std::int64_t size, Interval output) {
  const std::int64_t reach = window.dilation * (window.kernel - 1);
  const std::int64_t begin = ceil_quotient(output.begin + window.padding - reach, window.stride);
  const std::int64_t end = floor_quotient(output.end - 1 + window.padding, window.stride) + 1;
  InputWindow result;
  result.input = {std::max<std::int64_t>(begin, 0), std::min(end, size)};
  if (result.input.empty()) {
    result.input = {};
    result.crop_after = -output.size();
    return result;
  }
  result.crop_before = output.begin - (result.input.begin * window.stride - window.padding);
  result.crop_after =
      (result.input.end - 1) * window.stride - window.padding + reach + 1 - output.end;
  return result;
}

}  // namespace

InputWindow input_window(const SpatialLayer& layer, Axis axis, std::int64_t input_size,
                         Interval output) {
  if (output.empty()) return {};
  switch (layer.kind) {
    case LayerKind::convolution:
    case LayerKind::max_pool:
    case LayerKind::average_pool:
      return read_by_windows(layer.window(axis), input_size, output);
    case LayerKind::transposed_convolution:
      return written_by_kernels(layer.window(axis), input_size, output);
    default:
      return {output};
  }
}

std::int64_t averaged_positions(const SpatialLayer& layer, Axis axis, std::int64_t input_size,
                                std::int64_t output_position) {
  BL_EXPECT(layer.kind == LayerKind::average_pool, "layer '" + layer.name + "' is no average pool");
  const Window& window = layer.window(axis);
  const std::int64_t begin = output_position * window.stride - window.padding;
  const std::int64_t end = begin + window.kernel;
  if (layer.count_include_pad) return std::min(end, input_size + window.padding) - begin;
  return std::min(end, input_size) - std::max<std::int64_t>(begin, 0);
}

}  // namespace branchline::planner::tiles
