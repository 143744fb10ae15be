#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "framework/graph/tensor_spec.h"

namespace branchline::graph {

using Nanoseconds = std::chrono::nanoseconds;

/// Identifies one value that may cross a cut: output number `index` of a unit.
struct ValueId {
  std::int32_t unit = 0;
  std::int32_t index = 0;

  friend auto operator<=>(const ValueId&, const ValueId&) = default;
};

/// What Edgent's Table I regressions look at, for one unit (framework/profile/time_regression.h).
struct LayerFeatures {
  std::int64_t input_bytes = 0;   ///< all tensors the unit reads, weights excluded
  std::int64_t output_bytes = 0;  ///< all tensors it produces
  std::int64_t weight_bytes = 0;
  std::int64_t macs = 0;  ///< multiply-accumulates; 0 for units without any
  double filter_term =
      0;  ///< sum over convolutions of (filter size / stride)^2 * number of filters

  friend bool operator==(const LayerFeatures&, const LayerFeatures&) = default;
};

/// A codec that a unit's outputs may be sent through, measured; raw needs none.
struct CodecOption {
  std::string name;        ///< "fp16", "int8", "jpeg", …; never "raw"
  std::int64_t bytes = 0;  ///< on the wire when all outputs cross
  /// Time per tier, in the order of LayerGraph::tiers; nullopt: the tier cannot do it.
  std::vector<std::optional<Nanoseconds>> encode, decode;
  double accuracy_loss = 0;  ///< 0..1, what one crossing costs

  friend bool operator==(const CodecOption&, const CodecOption&) = default;
};

/// The smallest thing that is placed: a fused group of operators. Ids are a topological order; unit
/// 0 is the input.
struct Unit {
  std::int32_t id = 0;
  std::string name;  ///< unique, e.g. "conv1+bn1+relu"
  std::string type;  ///< layer type: "input", "conv", "linear", "pool", "norm", "opaque", …
  std::vector<ValueId>
      inputs;  ///< values read, in the order the unit's operators first use them; no duplicates
  std::vector<TensorSpec>
      outputs;                    ///< values that other units or exits use; index = ValueId::index
  std::int64_t output_bytes = 0;  ///< bytes on the wire when all outputs cross, before any codec
  bool transmissible =
      true;  ///< false: no cut may pass through its outputs (a value no frame can carry)
  std::vector<CodecOption> codecs;  ///< other ways to send the outputs than as they are
  LayerFeatures features;
  /// Time per tier, in the order of LayerGraph::tiers; nullopt: the tier cannot run it. Empty: not
  /// profiled.
  std::vector<std::optional<Nanoseconds>> time;

  friend bool operator==(const Unit&, const Unit&) = default;
};

}  // namespace branchline::graph
