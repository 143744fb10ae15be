#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "framework/planner/tiles/interval.h"
#include "framework/planner/tiles/spatial_graph.h"

/// Integer feature maps, where "lossless" means equal to the bit. Values are 64-bit numbers that
/// wrap around, so that no order of summation changes a result.
namespace branchline::testing {

using planner::tiles::MapShape;
using planner::tiles::Region;

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

}  // namespace branchline::testing
