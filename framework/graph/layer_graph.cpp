#include "framework/graph/layer_graph.h"

#include <algorithm>
#include <cstddef>

#include "framework/base/error.h"

namespace branchline::graph {
namespace {

std::size_t index_of(std::int32_t unit) { return static_cast<std::size_t>(unit); }

const ExitPoint& exit_at(const LayerGraph& graph, int exit) {
  BL_EXPECT(exit >= 0 && exit < graph.exit_count(),
            "exit " + std::to_string(exit) + " of " + std::to_string(graph.exit_count()));
  return graph.exits[static_cast<std::size_t>(exit)];
}

}  // namespace

std::vector<std::vector<std::int32_t>> consumers(const LayerGraph& graph) {
  return consumers_among(graph, std::vector<bool>(graph.units.size(), true));
}

std::vector<std::vector<std::int32_t>> consumers_among(const LayerGraph& graph,
                                                       const std::vector<bool>& among) {
  BL_EXPECT(among.size() == graph.units.size(), "the mask must have an entry per unit");
  std::vector<std::vector<std::int32_t>> readers(graph.units.size());
  for (const Unit& unit : graph.units) {
    if (!among[index_of(unit.id)]) continue;
    for (const ValueId& input : unit.inputs) {
      std::vector<std::int32_t>& list = readers[index_of(input.unit)];
      if (list.empty() || list.back() != unit.id) list.push_back(unit.id);
    }
  }
  return readers;
}

std::vector<bool> units_of_exit(const LayerGraph& graph, int exit) {
  std::vector<bool> needed(graph.units.size(), false);
  needed[index_of(exit_at(graph, exit).value.unit)] = true;
  for (std::size_t id = graph.units.size(); id-- > 0;) {
    if (!needed[id]) continue;
    for (const ValueId& input : graph.units[id].inputs) needed[index_of(input.unit)] = true;
  }
  needed[0] = true;
  return needed;
}

std::vector<std::int32_t> head_units(const LayerGraph& graph, int exit) {
  exit_at(graph, exit);
  // Per unit the exit that needs it, or that several do.
  constexpr int kNone = -1, kSeveral = -2;
  std::vector<int> owner(graph.units.size(), kNone);
  const auto claim = [&owner](std::int32_t unit, int by) {
    int& mine = owner[index_of(unit)];
    mine = mine == kNone || mine == by ? by : kSeveral;
  };
  for (int each = 0; each < graph.exit_count(); ++each) {
    claim(graph.exits[static_cast<std::size_t>(each)].value.unit, each);
    claim(0, each);
  }
  for (std::size_t id = graph.units.size(); id-- > 0;) {
    if (owner[id] == kNone) continue;
    for (const ValueId& input : graph.units[id].inputs) claim(input.unit, owner[id]);
  }
  std::vector<std::int32_t> ids;
  for (const Unit& unit : graph.units) {
    if (owner[index_of(unit.id)] == exit) ids.push_back(unit.id);
  }
  return ids;
}

ExitUnits exit_units(const LayerGraph& graph, int exit) {
  ExitUnits found;
  found.needed.resize(graph.units.size(), false);
  found.needed[0] = true;
  const std::int32_t home = exit_at(graph, exit).value.unit;
  found.needed[index_of(home)] = true;
  std::int32_t reach = home;  // the earliest unit that a later unit reads
  for (std::int32_t id = home; id >= 0; --id) {
    if (!found.needed[index_of(id)]) continue;
    if (reach >= id) found.cut_vertices.push_back(id);
    for (const ValueId& input : graph.units[index_of(id)].inputs) {
      found.needed[index_of(input.unit)] = true;
      reach = std::min(reach, input.unit);
    }
  }
  std::reverse(found.cut_vertices.begin(), found.cut_vertices.end());
  return found;
}

std::vector<std::int32_t> cut_vertices(const LayerGraph& graph, int exit) {
  return exit_units(graph, exit).cut_vertices;
}

}  // namespace branchline::graph
