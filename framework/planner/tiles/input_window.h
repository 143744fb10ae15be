#pragma once

#include "framework/planner/tiles/interval.h"
#include "framework/planner/tiles/spatial_graph.h"

namespace branchline::planner::tiles {

/// How one layer computes one interval of its output, on one axis. The layer's own padding is
/// replaced: pad the positions `input` of its input by pad_before and pad_after, run the layer with
/// padding 0 (and ceil_mode off), then cut crop_before and crop_after positions off.
struct InputWindow {
  Interval input;               ///< in the coordinates of the layer's whole input; may be empty
  std::int64_t pad_before = 0;  ///< > 0 only where the whole map has its border
  std::int64_t pad_after = 0;   ///< likewise; holds ceil_mode's implicit padding too
  /// Transposed convolutions only. Negative: as many positions to add, that no input reaches and
  /// that hold the bias alone.
  std::int64_t crop_before = 0;
  std::int64_t crop_after = 0;

  friend bool operator==(const InputWindow&, const InputWindow&) = default;
};

/// The positions of its input that a layer looks at to compute `output`.
///
/// @param input_size  positions of the layer's whole input on this axis, >= 1
/// @param output      within the layer's output; empty: nothing is needed
/// @returns for convolutions and pools the smallest interval that begins with the first window and
///          ends with the last, less what lies in the padding; for transposed convolutions the
///          inputs whose kernel reaches into `output`; the same positions for all other kinds.
/// Padding is 0 for convolutions and average pools, minus infinity for max pools. An average pool
/// divides by averaged_positions(), which knows nothing of tiles.
/// O(1), stateless. VSM of D3 (arXiv 2101.05952) and DeepThings (TCAD 2018) publish this for odd
/// kernels with padding k/2 only; transposed convolutions and ceil_mode are ours.
InputWindow input_window(const SpatialLayer& layer, Axis axis, std::int64_t input_size,
                         Interval output);

/// By how many positions of this axis an average pool divides at `output_position`; the divisor is
/// the product over both axes. With count_include_pad the padding counts, but never what lies
/// beyond it because of ceil_mode; without it only the map counts. As LibTorch does.
std::int64_t averaged_positions(const SpatialLayer& layer, Axis axis, std::int64_t input_size,
                                std::int64_t output_position);

}  // namespace branchline::planner::tiles
