#include "framework/runtime/wire_tensors.h"

#include "framework/base/error.h"
#include "framework/model/tensor_bridge.h"

namespace branchline::runtime {
namespace {

std::string text_of(DType type, const Shape& shape) {
  std::string text = std::string(name_of(type)) + " {";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  }
  return text + "}";
}

}  // namespace

transport::WireValue to_wire(graph::ValueId value) noexcept { return {value.unit, value.index}; }

graph::ValueId from_wire(transport::WireValue value) noexcept { return {value.unit, value.index}; }

const graph::TensorSpec* spec_of(const graph::LayerGraph& graph, graph::ValueId value) noexcept {
  if (value.unit < 0 || value.unit >= graph.unit_count()) return nullptr;
  const auto& outputs = graph.units[static_cast<std::size_t>(value.unit)].outputs;
  if (value.index < 0 || static_cast<std::size_t>(value.index) >= outputs.size()) return nullptr;
  return &outputs[static_cast<std::size_t>(value.index)];
}

std::string describe_value(const graph::LayerGraph& graph, graph::ValueId value) {
  std::string text =
      "output " + std::to_string(value.index) + " of unit " + std::to_string(value.unit);
  if (value.unit >= 0 && value.unit < graph.unit_count()) {
    text += " (" + graph.units[static_cast<std::size_t>(value.unit)].name + ")";
  }
  return text;
}

transport::Codec codec_for(const graph::TensorSpec& spec, transport::Codec wanted) noexcept {
  return transport::can_encode(wanted, spec.type, spec.shape) ? wanted : transport::Codec::raw;
}

transport::WireTensor encode_value(graph::ValueId value, const Tensor& tensor,
                                   transport::Codec wanted,
                                   const transport::CodecOptions& options) {
  const transport::Codec codec = codec_for({tensor.type, tensor.shape}, wanted);
  return {to_wire(value), transport::encode(tensor, codec, options)};
}

transport::WireTensor encode_value(graph::ValueId value, const at::Tensor& tensor,
                                   transport::Codec wanted,
                                   const transport::CodecOptions& options) {
  return encode_value(value, model::from_torch(tensor), wanted, options);
}

std::string misfit_of(const graph::LayerGraph& graph, const transport::WireTensor& tensor) {
  const graph::ValueId value = from_wire(tensor.value);
  const graph::TensorSpec* spec = spec_of(graph, value);
  if (spec == nullptr) return "the model has no " + describe_value(graph, value);
  if (tensor.encoded.type == spec->type && tensor.encoded.shape == spec->shape) return {};
  if (tensor.encoded.shape.size() > 8) {
    return describe_value(graph, value) + " came with more dimensions than any tensor has";
  }
  return describe_value(graph, value) + " is " + text_of(spec->type, spec->shape) + ", not " +
         text_of(tensor.encoded.type, tensor.encoded.shape);
}

Tensor decode_value(const graph::LayerGraph& graph, const transport::WireTensor& tensor) {
  const std::string misfit = misfit_of(graph, tensor);
  if (!misfit.empty()) throw RunError(misfit);
  try {
    return transport::decode(tensor.encoded);
  } catch (const RunError& error) {
    throw RunError(describe_value(graph, from_wire(tensor.value)) + ": " + error.what());
  }
}

}  // namespace branchline::runtime
