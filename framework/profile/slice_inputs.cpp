#include "framework/profile/slice_inputs.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <random>

#include "framework/model/tensor_bridge.h"
#include "framework/slice/sample_values.h"
#include "framework/slice/slice.h"

namespace branchline::profile {
namespace {

using graph::TensorSpec;
using graph::ValueId;

bool is_floating(DType type) {
  return type == DType::f32 || type == DType::f16 || type == DType::f64;
}

const TensorSpec& input_spec(const graph::LayerGraph& graph, ValueId value) {
  return graph.units[static_cast<std::size_t>(value.unit)]
      .outputs[static_cast<std::size_t>(value.index)];
}

/// Not at::randn: its process-wide generator belongs to the program that embeds us.
void fill_with_noise(at::Tensor& tensor, std::minstd_rand& random) {
  constexpr float kDeviation = 1.7320508f;  // half width of a uniform distribution of variance 1
  float* data = tensor.data_ptr<float>();
  constexpr float kScale = 2 * kDeviation / static_cast<float>(std::minstd_rand::max());
  std::generate_n(data, tensor.numel(),
                  [&] { return static_cast<float>(random()) * kScale - kDeviation; });
}

at::Tensor made_up(const TensorSpec& spec) {
  const auto type = static_cast<at::ScalarType>(model::scalar_type_of(spec.type));
  std::minstd_rand random(1);
  if (is_floating(spec.type)) {
    at::Tensor tensor = at::empty(spec.shape, at::kFloat);
    fill_with_noise(tensor, random);
    return tensor.to(type);
  }
  at::Tensor tensor = at::zeros(spec.shape, at::TensorOptions().dtype(type));
  if (spec.type == DType::u8) {
    auto* data = tensor.data_ptr<std::uint8_t>();
    std::generate_n(data, tensor.numel(), [&] { return static_cast<std::uint8_t>(random() >> 8); });
  }
  return tensor;
}

}  // namespace

std::vector<at::Tensor> slice_inputs(const model::Model& model, const UnitRanges& units) {
  std::vector<at::Tensor> inputs;
  std::vector<ValueId> computed;
  const std::vector<ValueId> values = slice::inputs_of(model.layers(), units);
  for (const ValueId value : values) {
    const TensorSpec& spec = input_spec(model.layers(), value);
    if (value.unit != 0 && !is_floating(spec.type)) computed.push_back(value);
    inputs.push_back(made_up(spec));
  }
  if (computed.empty()) return inputs;
  const slice::Values real = slice::values_for(model, slice::random_inputs(model, 1, 1), computed);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto found = real.find(values[i]);
    if (found != real.end()) inputs[i] = found->second;
  }
  return inputs;
}

}  // namespace branchline::profile
