#include "framework/slice/slice.h"

#include <cstdio>
#include <exception>
#include <utility>

#include "framework/base/error.h"
#include "framework/model/tensor_bridge.h"
#include "framework/model/unit_graph.h"
#include "framework/slice/agreement.h"
#include "framework/slice/graph_runner.h"
#include "framework/slice/sample_values.h"
#include "framework/slice/slice_builder.h"
#include "framework/slice/slice_compiler.h"

namespace branchline::slice {

namespace {

constexpr double kTolerance = 1e-4;
constexpr std::uint64_t kSampleSeed = 20190710;
/// What a slice costs without any weights: its graph, its instructions, its primitives' entries.
constexpr std::int64_t kBareBytes = 64 * 1024;

std::string name_of(const ValueId& value) {
  return "output " + std::to_string(value.index) + " of unit " + std::to_string(value.unit);
}

std::string show(const Shape& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (i > 0) text += ',';
    text += std::to_string(shape[i]);
  }
  return text + "]";
}

/// Empty when the tensor may stand for the value.
std::string mismatch(const graph::TensorSpec& spec, const at::Tensor& tensor, bool batchable) {
  if (tensor.scalar_type() != static_cast<at::ScalarType>(model::scalar_type_of(spec.type))) {
    return std::string(c10::toString(tensor.scalar_type())) + " instead of " + name_of(spec.type);
  }
  const Shape shape = tensor.sizes().vec();
  const bool fits = [&] {
    if (shape == spec.shape) return true;
    if (!batchable || shape.empty() || shape.size() != spec.shape.size()) return false;
    Shape scaled = spec.shape;
    scaled[0] = shape[0];
    return shape == scaled && shape[0] > 0 && spec.shape[0] > 0 && shape[0] % spec.shape[0] == 0;
  }();
  return fits ? "" : "shape " + show(shape) + " instead of " + show(spec.shape);
}

}  // namespace

struct Slice::Parts {
  SliceSpec spec;
  std::vector<ValueId> inputs;
  std::vector<graph::TensorSpec> input_specs;
  bool batchable = false;
  std::unique_ptr<GraphRunner> runner;
  std::int64_t bytes = 0;
  std::string why_plain;
};

Slice::Slice(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Slice::~Slice() = default;

const SliceSpec& Slice::spec() const { return parts_->spec; }
const std::vector<ValueId>& Slice::inputs() const { return parts_->inputs; }
std::int64_t Slice::bytes() const { return parts_->bytes; }
bool Slice::optimised() const { return parts_->why_plain.empty(); }
const std::string& Slice::why_plain() const { return parts_->why_plain; }

std::vector<at::Tensor> Slice::run(const std::vector<at::Tensor>& inputs) const {
  const std::string name = "units " + to_string(parts_->spec.units);
  if (inputs.size() != parts_->inputs.size()) {
    throw RunError(name + " take " + std::to_string(parts_->inputs.size()) + " inputs, not " +
                   std::to_string(inputs.size()));
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::string what = mismatch(parts_->input_specs[i], inputs[i], parts_->batchable);
    if (!what.empty()) throw RunError(name + ": " + name_of(parts_->inputs[i]) + " is " + what);
  }
  return parts_->runner->run(inputs);
}

namespace {

/// The fastest form that gives what the plain one gives.
struct Chosen {
  std::unique_ptr<GraphRunner> runner;
  std::shared_ptr<torch::jit::Graph> graph;
  std::string why_plain;
};

/// Empty when the runner's outputs equal the expected ones.
std::string difference(const GraphRunner& runner, const std::vector<at::Tensor>& inputs,
                       const std::vector<at::Tensor>& expected, const SliceSpec& spec) {
  const std::vector<at::Tensor> outputs = runner.run(inputs);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const Agreement agreement = compare(expected[i], outputs[i]);
    if (agreement.within(kTolerance)) continue;
    char text[32];
    std::snprintf(text, sizeof text, "%.2g", agreement.relative());
    return name_of(spec.outputs[i]) + " differs by " +
           (agreement.comparable ? std::string(text) + " of its largest value" : agreement.why);
  }
  return "";
}

Chosen choose_form(const std::shared_ptr<torch::jit::Graph>& plain, const SliceSpec& spec,
                   const std::vector<at::Tensor>& inputs) {
  const std::string name = "units " + to_string(spec.units);
  auto reference = std::make_unique<GraphRunner>(optimised_copy(plain, Form::plain), name);
  const std::vector<at::Tensor> expected = reference->run(inputs);
  std::string why;
  for (const Form form : {Form::packed, Form::folded}) {
    std::string problem;
    try {
      std::shared_ptr<torch::jit::Graph> graph = optimised_copy(plain, form);
      auto runner = std::make_unique<GraphRunner>(graph, name);
      problem = difference(*runner, inputs, expected, spec);
      if (problem.empty()) return {std::move(runner), std::move(graph), std::move(why)};
    } catch (const std::exception& error) {
      problem = torch_message(error);
    }
    why += (why.empty() ? "" : "; ") + std::string(name_of(form)) + ": " + problem;
  }
  return {std::move(reference), plain, std::move(why)};
}

std::vector<at::Tensor> sample_inputs(const model::Model& model, const std::vector<ValueId>& wanted,
                                      const Values* known) {
  Values values;
  if (known == nullptr) {
    values = values_for(model, random_inputs(model, 1, kSampleSeed), wanted);
    known = &values;
  }
  std::vector<at::Tensor> inputs;
  for (const ValueId& value : wanted) inputs.push_back(known->at(value));
  return inputs;
}

}  // namespace

std::shared_ptr<const Slice> compile_slice(std::shared_ptr<const model::Model> model,
                                           const SliceSpec& spec, const Values* samples) {
  const graph::LayerGraph& layers = model->layers();
  check_spec(layers, spec);
  auto parts = std::make_unique<Slice::Parts>();
  parts->spec = spec;
  parts->batchable = layers.batchable;
  try {
    SliceGraph built = build_slice_graph(layers, model->unit_graph(), spec);
    parts->inputs = built.inputs;
    for (const ValueId& value : built.inputs) {
      parts->input_specs.push_back(layers.units[static_cast<std::size_t>(value.unit)]
                                       .outputs[static_cast<std::size_t>(value.index)]);
    }
    Chosen chosen = choose_form(built.graph, spec, sample_inputs(*model, built.inputs, samples));
    parts->runner = std::move(chosen.runner);
    parts->why_plain = std::move(chosen.why_plain);
    parts->bytes = kBareBytes + bytes_of_new_constants(*chosen.graph, *built.graph);
  } catch (const RunError&) {
    throw;
  } catch (const std::logic_error&) {
    throw;
  } catch (const std::exception& error) {
    throw RunError("units " + to_string(spec.units) + " do not compile: " + torch_message(error));
  }
  return std::shared_ptr<const Slice>(new Slice(std::move(parts)));
}

}  // namespace branchline::slice
