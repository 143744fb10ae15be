#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "framework/planner/internal/wide_sum.h"

namespace branchline::planner::internal {

/// Directed arcs with capacities between one source and one sink. A value.
class FlowNetwork {
 public:
  static constexpr std::int32_t kSource = 0, kSink = 1;
  /// A capacity that no cut may pay.
  static constexpr WideSum kUnlimited = -1;

  /// An arc and its twin in the other direction.
  struct Arc {
    std::int32_t from = 0, to = 0;
    WideSum capacity = 0, reverse_capacity = 0;
  };

  /// @returns the new vertex's number; the first is 2.
  std::int32_t add_vertex() { return vertex_count_++; }

  /// @param capacity  >= 0 or kUnlimited, as is `reverse_capacity`
  void add_arc(std::int32_t from, std::int32_t to, WideSum capacity, WideSum reverse_capacity = 0) {
    if (capacity != 0 || reverse_capacity != 0) {
      arcs_.push_back({from, to, capacity, reverse_capacity});
    }
  }

  std::int32_t vertex_count() const noexcept { return vertex_count_; }
  const std::vector<Arc>& arcs() const noexcept { return arcs_; }

 private:
  std::int32_t vertex_count_ = 2;
  std::vector<Arc> arcs_;
};

/// A cut of least value and, of those, the one with the largest source side (it contains the source
/// sides of all others).
struct MinCut {
  WideSum value = 0;
  std::vector<bool> source_side;  ///< by vertex
};

/// Boykov and Kolmogorov's algorithm (Boost.Graph): the fastest of four on layer graphs although
/// its bound, O(n^2 m) per unit of flow, is not. @returns nullopt when every cut cuts an unlimited
/// arc.
std::optional<MinCut> min_cut(const FlowNetwork& network);

}  // namespace branchline::planner::internal
