#include <map>
#include <sstream>

#include "framework/base/error.h"
#include "framework/graph/graph_json.h"

namespace branchline::graph {
namespace {

std::string dot_escaped(const std::string& text) {
  std::string escaped;
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') escaped += '\\';
    escaped += letter == '\n' ? ' ' : letter;
  }
  return escaped;
}

const char* dot_colour(const std::string& type) {
  static const std::map<std::string, const char*> kColours = {
      {"input", "#d9d9d9"}, {"conv", "#fdb462"},   {"linear", "#80b1d3"}, {"pool", "#b3de69"},
      {"norm", "#bebada"},  {"opaque", "#fb8072"}, {"add", "#8dd3c7"},    {"concat", "#8dd3c7"}};
  const auto found = kColours.find(type);
  return found == kColours.end() ? "#ffffff" : found->second;
}

/// Units that lie on every path of every exit that needs them, so that a cut behind them is narrow.
std::vector<bool> dot_cut_vertices(const LayerGraph& graph) {
  std::vector<bool> narrow(graph.units.size(), false);
  for (int exit = 0; exit < graph.exit_count(); ++exit) {
    for (const std::int32_t unit : cut_vertices(graph, exit)) {
      narrow[static_cast<std::size_t>(unit)] = true;
    }
  }
  return narrow;
}

const char* dot_colour(Tier tier) {
  return tier == Tier::device ? "#b3de69" : tier == Tier::edge ? "#fdb462" : "#80b1d3";
}

using Placement = std::vector<std::optional<Tier>>;

std::optional<Tier> tier_of(const Placement& placement, std::int32_t unit) {
  return placement.empty() ? std::nullopt : placement[static_cast<std::size_t>(unit)];
}

std::string dot_unit(const Unit& unit, bool narrow, const Placement& placement) {
  const std::optional<Tier> tier = tier_of(placement, unit.id);
  const bool idle = !placement.empty() && !tier;
  std::ostringstream line;
  line << "  u" << unit.id << " [label=\"" << unit.id << ' ' << dot_escaped(unit.name) << "\\n"
       << (tier ? std::string(name_of(*tier)) + ", " : "") << unit.output_bytes
       << " B\", fillcolor=\""
       << (tier   ? dot_colour(*tier)
           : idle ? "#ffffff"
                  : dot_colour(unit.type))
       << '"' << (idle ? ", style=dashed" : "") << (narrow ? ", penwidth=3" : "") << "];\n";
  return line.str();
}

/// An edge; red with its bytes where it crosses between two tiers.
std::string dot_edge(const Unit& producer, std::int32_t reader, const Placement& placement) {
  const std::optional<Tier> from = tier_of(placement, producer.id), to = tier_of(placement, reader);
  std::ostringstream line;
  line << "  u" << producer.id << " -> u" << reader;
  if (from && to && from != to) {
    line << " [color=red, fontcolor=red, penwidth=2, label=\"" << producer.output_bytes << " B\"]";
  }
  line << ";\n";
  return line.str();
}

}  // namespace

std::string to_dot(const LayerGraph& graph, const Placement& placement) {
  BL_EXPECT(placement.empty() || placement.size() == graph.units.size(),
            "the placement must have an entry per unit");
  const std::vector<bool> narrow = dot_cut_vertices(graph);
  std::ostringstream dot;
  dot << "digraph \"" << dot_escaped(graph.name) << "\" {\n"
      << "  node [shape=box, style=filled, fontname=\"sans-serif\"];\n";
  for (const Unit& unit : graph.units) {
    dot << dot_unit(unit, narrow[static_cast<std::size_t>(unit.id)], placement);
  }
  for (int exit = 0; exit < graph.exit_count(); ++exit) {
    const ExitPoint& point = graph.exits[static_cast<std::size_t>(exit)];
    dot << "  e" << exit << " [label=\"" << dot_escaped(point.name)
        << "\", shape=doublecircle, style=\"\"];\n  u" << point.value.unit << " -> e" << exit
        << ";\n  subgraph cluster_exit" << exit << " { label=\"head of " << dot_escaped(point.name)
        << "\";";
    for (const std::int32_t unit : head_units(graph, exit)) dot << " u" << unit << ';';
    dot << " }\n";
  }
  for (const Unit& unit : graph.units) {
    for (const ValueId& input : unit.inputs) {
      dot << dot_edge(graph.units[static_cast<std::size_t>(input.unit)], unit.id, placement);
    }
  }
  dot << "}\n";
  return dot.str();
}

}  // namespace branchline::graph
