#include "framework/runtime/slice_chain.h"

#include <utility>

#include "framework/base/error.h"

namespace branchline::runtime {

SliceChain::SliceChain(std::vector<std::shared_ptr<const slice::Slice>> slices,
                       const std::vector<graph::ValueId>& ids,
                       const std::vector<at::Tensor>& inputs)
    : slices_(std::move(slices)) {
  BL_EXPECT(ids.size() == inputs.size(), "a chain needs one tensor for each input");
  for (std::size_t i = 0; i < ids.size(); ++i) values_.emplace(ids[i], inputs[i]);
}

void SliceChain::run_next() {
  BL_EXPECT(!done(), "all slices of the chain have run");
  const slice::Slice& slice = *slices_[next_++];
  std::vector<at::Tensor> inputs;
  for (const graph::ValueId& id : slice.inputs()) inputs.push_back(values_.at(id));
  std::vector<at::Tensor> outputs = slice.run(inputs);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    values_.insert_or_assign(slice.spec().outputs[i], std::move(outputs[i]));
  }
}

}  // namespace branchline::runtime
