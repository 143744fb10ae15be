#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <vector>

#include "framework/slice/slice.h"

namespace branchline::runtime {

/// Slices that run one after the other, each on what those before it handed out, so that somebody
/// may look at the clock in between. For one thread, once.
class SliceChain {
 public:
  /// @param inputs  the value of each id
  SliceChain(std::vector<std::shared_ptr<const slice::Slice>> slices,
             const std::vector<graph::ValueId>& ids, const std::vector<at::Tensor>& inputs);

  bool done() const { return next_ == slices_.size(); }

  /// @throws RunError when an operator fails.
  void run_next();

  /// Of what the slices handed out so far, or an input. @throws std::out_of_range when there is no
  /// such value.
  const at::Tensor& value(graph::ValueId id) const { return values_.at(id); }

 private:
  const std::vector<std::shared_ptr<const slice::Slice>> slices_;
  std::size_t next_ = 0;
  std::map<graph::ValueId, at::Tensor> values_;
};

}  // namespace branchline::runtime
