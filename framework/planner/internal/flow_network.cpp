#include "framework/planner/internal/flow_network.h"

#include <algorithm>
#include <boost/graph/boykov_kolmogorov_max_flow.hpp>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/range/iterator_range.hpp>
#include <cstddef>
#include <limits>
#include <utility>

namespace branchline::planner::internal {
namespace {

using FlowGraph =
    boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, boost::no_property,
                                       boost::no_property, std::uint32_t, std::uint32_t>;
using FlowEdge = boost::graph_traits<FlowGraph>::edge_descriptor;
using FlowVertex = boost::graph_traits<FlowGraph>::vertex_descriptor;

/// More than any cut of finite arcs can cost.
WideSum unlimited_capacity(const FlowNetwork& network) {
  WideSum sum = 1;
  for (const FlowNetwork::Arc& arc : network.arcs()) {
    sum += std::max<WideSum>(arc.capacity, 0) + std::max<WideSum>(arc.reverse_capacity, 0);
  }
  return sum;
}

/// The network in the form that Boost.Graph's algorithms take: both directions of every arc as
/// edges, sorted by where they start.
/// Capacity: int64 where every sum fits, which makes the solver a third faster; else WideSum.
template <typename Capacity>
class SortedEdges {
 public:
  SortedEdges(const FlowNetwork& network, Capacity unlimited)
      : unlimited_(unlimited), place_(2 * network.arcs().size()) {
    std::vector<std::uint32_t> next = first_places(network);
    ends_.resize(place_.size());
    capacity.resize(place_.size());
    const auto put = [&](std::size_t direction, std::int32_t from, std::int32_t to, WideSum much) {
      const std::uint32_t place = next[static_cast<std::size_t>(from)]++;
      place_[direction] = place;
      ends_[place] = {static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to)};
      capacity[place] = much == FlowNetwork::kUnlimited ? unlimited_ : static_cast<Capacity>(much);
    };
    for (std::size_t arc = 0; arc < network.arcs().size(); ++arc) {
      const FlowNetwork::Arc& it = network.arcs()[arc];
      put(2 * arc, it.from, it.to, it.capacity);
      put(2 * arc + 1, it.to, it.from, it.reverse_capacity);
    }
    graph = FlowGraph(boost::edges_are_sorted, ends_.begin(), ends_.end(),
                      static_cast<std::uint32_t>(network.vertex_count()));
    pair_directions();
  }

  FlowGraph graph;
  std::vector<Capacity> capacity;  ///< by edge index
  std::vector<FlowEdge> opposite;  ///< by edge index

 private:
  static std::vector<std::uint32_t> first_places(const FlowNetwork& network) {
    std::vector<std::uint32_t> places(static_cast<std::size_t>(network.vertex_count()) + 1, 0);
    for (const FlowNetwork::Arc& arc : network.arcs()) {
      ++places[static_cast<std::size_t>(arc.from) + 1];
      ++places[static_cast<std::size_t>(arc.to) + 1];
    }
    for (std::size_t vertex = 1; vertex < places.size(); ++vertex) {
      places[vertex] += places[vertex - 1];
    }
    return places;
  }

  void pair_directions() {
    std::vector<FlowEdge> by_place;
    by_place.reserve(place_.size());
    for (const FlowEdge& edge : boost::make_iterator_range(boost::edges(graph))) {
      by_place.push_back(edge);
    }
    opposite.resize(place_.size());
    for (std::size_t direction = 0; direction < place_.size(); ++direction) {
      opposite[place_[direction]] = by_place[place_[direction ^ 1U]];
    }
  }

  Capacity unlimited_;
  std::vector<std::uint32_t> place_;  ///< of direction 2a and 2a+1 of arc a
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ends_;
};

/// All vertices from which no flow can be added towards the sink any more.
template <typename Capacity>
std::vector<bool> largest_source_side(const SortedEdges<Capacity>& edges,
                                      const std::vector<Capacity>& residual) {
  std::vector<bool> source_side(boost::num_vertices(edges.graph), true);
  std::vector<FlowVertex> reached = {FlowNetwork::kSink};
  source_side[FlowNetwork::kSink] = false;
  const auto index = boost::get(boost::edge_index, edges.graph);
  while (!reached.empty()) {
    const FlowVertex vertex = reached.back();
    reached.pop_back();
    for (const FlowEdge& out : boost::make_iterator_range(boost::out_edges(vertex, edges.graph))) {
      const FlowVertex from = boost::target(out, edges.graph);
      const bool can_add = residual[get(index, edges.opposite[get(index, out)])] > 0;
      if (!can_add || !source_side[from]) continue;
      source_side[from] = false;
      reached.push_back(from);
    }
  }
  return source_side;
}

template <typename Capacity>
std::optional<MinCut> min_cut_in(const FlowNetwork& network, Capacity unlimited) {
  const SortedEdges<Capacity> edges(network, unlimited);
  const std::size_t vertices = boost::num_vertices(edges.graph);
  std::vector<Capacity> residual(edges.capacity.size());
  std::vector<FlowEdge> predecessor(vertices);
  std::vector<boost::default_color_type> colour(vertices);
  std::vector<std::int32_t> distance(vertices);
  const auto by_edge = boost::get(boost::edge_index, edges.graph);
  const auto by_vertex = boost::get(boost::vertex_index, edges.graph);
  const auto map = [](auto& values, const auto& index) {
    return boost::make_iterator_property_map(values.begin(), index);
  };
  const Capacity flow = boost::boykov_kolmogorov_max_flow(
      edges.graph, map(edges.capacity, by_edge), map(residual, by_edge),
      map(edges.opposite, by_edge), map(predecessor, by_vertex), map(colour, by_vertex),
      map(distance, by_vertex), by_vertex, FlowVertex{FlowNetwork::kSource},
      FlowVertex{FlowNetwork::kSink});
  if (flow >= unlimited) return std::nullopt;
  return MinCut{flow, largest_source_side(edges, residual)};
}

}  // namespace

std::optional<MinCut> min_cut(const FlowNetwork& network) {
  const WideSum unlimited = unlimited_capacity(network);
  // Both directions of an arc, and all arcs of a vertex, are added up somewhere in the solver.
  const WideSum directions = 2 * static_cast<WideSum>(network.arcs().size()) + 2;
  const bool narrow = unlimited < std::numeric_limits<std::int64_t>::max() / directions;
  if (narrow) return min_cut_in<std::int64_t>(network, static_cast<std::int64_t>(unlimited));
  return min_cut_in<WideSum>(network, unlimited);
}

}  // namespace branchline::planner::internal
