#include "framework/profile/slice_inputs.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <random>

#include "framework/model/tensor_bridge.h"

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

/// All units that `values` depend on, themselves included, without unit 0.
UnitRanges units_before(const graph::LayerGraph& graph, const std::vector<ValueId>& values) {
  std::vector<bool> needed(graph.units.size(), false);
  for (const ValueId value : values) needed[static_cast<std::size_t>(value.unit)] = true;
  std::vector<std::int32_t> units;
  for (std::int32_t id = graph.unit_count() - 1; id > 0; --id) {
    if (!needed[static_cast<std::size_t>(id)]) continue;
    units.push_back(id);
    for (const ValueId& input : graph.units[static_cast<std::size_t>(id)].inputs) {
      needed[static_cast<std::size_t>(input.unit)] = true;
    }
  }
  return to_ranges(std::move(units));
}

}  // namespace

std::vector<at::Tensor> slice_inputs(std::shared_ptr<const model::Model> model,
                                     const UnitRanges& units, slice::SliceCache& cache) {
  const graph::LayerGraph& graph = model->layers();
  const std::vector<ValueId> values = slice::inputs_of(graph, units);
  std::vector<at::Tensor> inputs;
  std::vector<ValueId> computed;
  for (const ValueId value : values) {
    const TensorSpec& spec = input_spec(graph, value);
    if (value.unit != 0 && !is_floating(spec.type)) computed.push_back(value);
    inputs.push_back(made_up(spec));
  }
  if (computed.empty()) return inputs;

  const UnitRanges before = units_before(graph, computed);
  const auto slice = cache.get(model, {before, computed});
  const std::vector<at::Tensor> outputs = slice->run(slice_inputs(model, before, cache));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto found = std::find(computed.begin(), computed.end(), values[i]);
    if (found != computed.end()) {
      inputs[i] = outputs[static_cast<std::size_t>(found - computed.begin())];
    }
  }
  return inputs;
}

}  // namespace branchline::profile
