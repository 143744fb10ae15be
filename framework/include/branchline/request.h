#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "framework/base/clock.h"
#include "framework/base/tensor.h"

namespace branchline {
inline namespace v0 {

/// Where a plan computes: all on the device, split, or all on the edge.
enum class Place : std::uint8_t { device, split, edge };

const char* name_of(Place place) noexcept;

/// One question to the network.
struct Request {
  /// The model's inputs. An image input (see the model's manifest) takes a u8 picture {H, W, C} or
  /// {1, H, W, C}, RGB, of any size: it is resized and normalised inside. Other inputs take exactly
  /// the shape of the manifest.
  std::vector<TensorView> inputs;
  std::uint64_t frame = 0;            ///< returned with the result; yours to choose
  std::optional<TimePoint> deadline;  ///< capture stamp + budget; unset: Options::deadline from now
  std::optional<double> min_accuracy;  ///< 0..1; exits known to be below are not planned
  /// From 1. On the device it is computed to its end, late if it must; an edge that fails is still
  /// replaced by an earlier exit.
  std::optional<int> force_exit;
  /// For experiments: plans of this place only, when the link is up and they are prepared. The
  /// insurance stays: see Result::fell_back().
  std::optional<Place> force_place;
  bool device_only = false;  ///< nothing of this frame leaves the robot
};

}  // namespace v0
}  // namespace branchline
