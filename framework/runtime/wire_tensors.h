#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "framework/graph/layer_graph.h"
#include "transport/message.h"

namespace branchline::runtime {

/// Between values of the graph as slices compute them and tensors as frames carry them. All
/// functions are safe from any thread.

transport::WireValue to_wire(graph::ValueId value) noexcept;
graph::ValueId from_wire(transport::WireValue value) noexcept;

/// "output 1 of unit 7 (pool1)"; also for values the graph does not have.
std::string describe_value(const graph::LayerGraph& graph, graph::ValueId value);

/// What the graph says of `value`; nullptr when the graph has no such value.
const graph::TensorSpec* spec_of(const graph::LayerGraph& graph, graph::ValueId value) noexcept;

/// The codec that carries `value` when `wanted` is asked for: `wanted` where it can carry such a
/// tensor, else raw (sizes and indices cross a cut as integers, whatever the plan's codec).
transport::Codec codec_for(const graph::TensorSpec& spec, transport::Codec wanted) noexcept;

/// @param wanted  see codec_for
transport::WireTensor encode_value(graph::ValueId value, const Tensor& tensor,
                                   transport::Codec wanted,
                                   const transport::CodecOptions& options = {});
transport::WireTensor encode_value(graph::ValueId value, const at::Tensor& tensor,
                                   transport::Codec wanted,
                                   const transport::CodecOptions& options = {});

/// A sentence that says how type or shape, as claimed, differ from the graph's; empty when they
/// fit. Looks at no payload byte.
std::string misfit_of(const graph::LayerGraph& graph, const transport::WireTensor& tensor);

/// Checks against the graph, then decodes; raw payloads are not copied.
/// @throws RunError with a sentence naming the value when the tensor does not fit or does not
/// decode.
Tensor decode_value(const graph::LayerGraph& graph, const transport::WireTensor& tensor);

}  // namespace branchline::runtime
