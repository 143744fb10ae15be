#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "framework/base/unit_ranges.h"
#include "framework/graph/layer_graph.h"
#include "framework/model/model.h"

namespace branchline::slice {

using graph::ValueId;

/// What a slice is: a convex set of units and the values it must hand out, ascending. Its inputs
/// follow from it.
struct SliceSpec {
  UnitRanges units;
  std::vector<ValueId> outputs;

  friend bool operator==(const SliceSpec& a, const SliceSpec& b) {
    return a.units == b.units && a.outputs == b.outputs;
  }
};

/// The values that the units read and do not produce, ascending: what a slice of these units takes
/// as input. Unit 0's outputs are read, never computed, so they stand here whenever a unit reads
/// them.
std::vector<ValueId> inputs_of(const graph::LayerGraph& graph, const UnitRanges& units);

/// The spec of `units` when `later` is what runs after them elsewhere: outputs are the values that
/// `later` reads plus the logits of `exits` (indices from 0) that the units produce.
SliceSpec slice_between(const graph::LayerGraph& graph, const UnitRanges& units,
                        const UnitRanges& later, const std::vector<int>& exits);

/// Compiled, runnable units. Immutable; run() is safe from several threads at once.
class Slice {
 public:
  ~Slice();
  Slice(const Slice&) = delete;
  Slice& operator=(const Slice&) = delete;

  const SliceSpec& spec() const;
  const std::vector<ValueId>& inputs() const;

  /// @param inputs  in the order of inputs(); the leading dimension may be larger than 1 if the
  /// model is batchable
  /// @returns the values of spec().outputs, in that order
  /// @throws RunError naming the units when an operator fails or an input does not fit.
  std::vector<at::Tensor> run(const std::vector<at::Tensor>& inputs) const;

  /// Memory it holds beyond the model's own weights, estimated (packed weights).
  std::int64_t bytes() const;

  /// False: the optimised form differed from the plain one, which therefore serves; `why_plain`
  /// says where.
  bool optimised() const;
  const std::string& why_plain() const;

 private:
  friend std::shared_ptr<const Slice> compile_slice(std::shared_ptr<const model::Model> model,
                                                    const SliceSpec& spec);
  struct Parts;
  explicit Slice(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// Builds the slice's graph, compiles and optimises it, runs it once beside its uncompiled form and
/// keeps the optimised form only when both agree (LibTorch's optimize_for_inference is wrong for
/// some operators). Tens of milliseconds: never on the request path.
/// @throws std::logic_error when the units are not convex or an output is not theirs; RunError when
/// compiling fails.
std::shared_ptr<const Slice> compile_slice(std::shared_ptr<const model::Model> model,
                                           const SliceSpec& spec);

}  // namespace branchline::slice
