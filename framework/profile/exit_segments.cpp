#include "framework/profile/exit_segments.h"

#include <algorithm>
#include <limits>

namespace branchline::profile {
namespace {

/// Units of the exit in (after, upto], never unit 0.
UnitRanges units_between(const graph::LayerGraph& graph, int exit, std::int32_t after,
                         std::int32_t upto) {
  const std::vector<bool> needed = graph::units_of_exit(graph, exit);
  std::vector<std::int32_t> units;
  for (std::int32_t id = std::max(after, 0) + 1; id < graph.unit_count() && id <= upto; ++id) {
    if (needed[static_cast<std::size_t>(id)]) units.push_back(id);
  }
  return to_ranges(std::move(units));
}

constexpr std::int32_t kEnd = std::numeric_limits<std::int32_t>::max();

}  // namespace

slice::SliceSpec whole_of(const graph::LayerGraph& graph, int exit) {
  return suffix_of(graph, exit, 0);
}

slice::SliceSpec prefix_of(const graph::LayerGraph& graph, int exit, std::int32_t unit) {
  const bool ends = unit >= graph.exits[static_cast<std::size_t>(exit)].value.unit;
  return slice::slice_between(graph, units_between(graph, exit, 0, unit),
                              units_between(graph, exit, unit, kEnd),
                              ends ? std::vector<int>{exit} : std::vector<int>{});
}

slice::SliceSpec suffix_of(const graph::LayerGraph& graph, int exit, std::int32_t unit) {
  return slice::slice_between(graph, units_between(graph, exit, unit, kEnd), {}, {exit});
}

slice::SliceSpec alone(const graph::Unit& unit) {
  slice::SliceSpec spec{{{unit.id, unit.id}}, {}};
  for (std::size_t i = 0; i < unit.outputs.size(); ++i) {
    spec.outputs.push_back({unit.id, static_cast<std::int32_t>(i)});
  }
  return spec;
}

bool can_divide(const graph::LayerGraph& graph, int exit, std::int32_t unit) {
  const auto travels = [&](const slice::ValueId& value) {
    return graph.units[static_cast<std::size_t>(value.unit)].transmissible;
  };
  const std::vector<slice::ValueId> crossing =
      slice::inputs_of(graph, units_between(graph, exit, unit, kEnd));
  return std::all_of(crossing.begin(), crossing.end(), travels);
}

}  // namespace branchline::profile
