#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "framework/model/model.h"
#include "framework/slice/slice_spec.h"

namespace branchline::slice {

/// Values of a model's graph for one input, as they cross a cut.
using Values = std::map<ValueId, at::Tensor>;

/// Compiled, runnable units. Immutable; run() is safe from several threads at once.
class Slice {
 public:
  ~Slice();
  Slice(const Slice&) = delete;
  Slice& operator=(const Slice&) = delete;

  const SliceSpec& spec() const;
  const std::vector<ValueId>& inputs() const;

  /// @param inputs  in the order of inputs(); the leading dimension may be a multiple of the
  /// recorded one if the model is batchable; never written into
  /// @returns the values of spec().outputs, in that order, contiguous; no later run writes into
  /// them
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
                                                    const SliceSpec& spec, const Values* samples);
  struct Parts;
  explicit Slice(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// Builds the slice's graph, compiles and optimises it, runs it once beside its uncompiled form on
/// values of a random input, and keeps the optimised form only when both agree within 1e-4 of the
/// largest value (LibTorch's optimize_for_inference is wrong for some operators). The run is also
/// the warm-up: the first request is as fast as the next. Tens of milliseconds, and for a slice
/// that does not begin at the input one plain run of what comes before it: never on the request
/// path.
///
/// @param samples  values of some input for at least the slice's inputs (values_for()), for callers
/// that compile many slices of one model; nullptr: computed here
/// @throws std::logic_error when the units are not convex or an output is not theirs; RunError when
/// compiling fails.
std::shared_ptr<const Slice> compile_slice(std::shared_ptr<const model::Model> model,
                                           const SliceSpec& spec, const Values* samples = nullptr);

}  // namespace branchline::slice
