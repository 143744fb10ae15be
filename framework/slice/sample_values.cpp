#include "framework/slice/sample_values.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/script.h>

#include <set>

#include "framework/model/tensor_bridge.h"
#include "framework/model/unit_graph.h"
#include "framework/slice/graph_runner.h"
#include "framework/slice/slice_builder.h"

namespace branchline::slice {

namespace {

at::Tensor random_tensor(const graph::TensorSpec& spec, std::int64_t batch, at::Generator& random) {
  Shape shape = spec.shape;
  if (!shape.empty()) shape[0] *= batch;
  const auto type = static_cast<at::ScalarType>(model::scalar_type_of(spec.type));
  if (spec.type == DType::u8) return at::randint(256, shape, random, at::kByte);
  if (at::isFloatingType(type)) return at::randn(shape, random, at::kFloat).to(type);
  return at::randint(2, shape, random, at::kLong).to(type);
}

/// The units that the values need, themselves included; unit 0 is not computed.
UnitRanges ancestors(const graph::LayerGraph& layers, const std::vector<ValueId>& wanted) {
  std::vector<bool> needed(layers.units.size(), false);
  for (const ValueId& value : wanted) needed.at(static_cast<std::size_t>(value.unit)) = true;
  std::vector<std::int32_t> units;
  for (std::int32_t id = layers.unit_count() - 1; id > 0; --id) {
    const auto position = static_cast<std::size_t>(id);
    if (!needed[position]) continue;
    units.push_back(id);
    for (const ValueId& value : layers.units[position].inputs) {
      needed[static_cast<std::size_t>(value.unit)] = true;
    }
  }
  return to_ranges(units);
}

}  // namespace

std::vector<at::Tensor> random_inputs(const model::Model& model, std::int64_t batch,
                                      std::uint64_t seed) {
  at::Generator random = at::detail::createCPUGenerator(seed);
  std::vector<at::Tensor> inputs;
  for (const graph::TensorSpec& spec : model.inputs()) {
    inputs.push_back(random_tensor(spec, batch, random));
  }
  return inputs;
}

Values values_for(const model::Model& model, const std::vector<at::Tensor>& inputs,
                  const std::vector<ValueId>& wanted) {
  Values values;
  std::set<ValueId> computed;
  for (const ValueId& value : wanted) {
    if (value.unit == 0) {
      values[value] = inputs.at(static_cast<std::size_t>(value.index));
    } else {
      computed.insert(value);
    }
  }
  if (computed.empty()) return values;

  const std::vector<ValueId> outputs(computed.begin(), computed.end());
  const SliceSpec spec{ancestors(model.layers(), outputs), outputs};
  const SliceGraph prefix = build_slice_graph(model.layers(), model.unit_graph(), spec);
  std::vector<at::Tensor> given;
  for (const ValueId& value : prefix.inputs) {
    given.push_back(inputs.at(static_cast<std::size_t>(value.index)));
  }
  const GraphRunner runner(prefix.graph, "units " + to_string(spec.units));
  const std::vector<at::Tensor> results = runner.run(given);
  for (std::size_t i = 0; i < outputs.size(); ++i) values[outputs[i]] = results[i];
  return values;
}

}  // namespace branchline::slice
