#include "framework/model/model.h"

#include <ATen/Functions.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/passes/frozen_conv_folding.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <filesystem>

#include "framework/base/error.h"
#include "framework/graph/validate_graph.h"
#include "framework/model/canonical_order.h"
#include "framework/model/glue_placement.h"
#include "framework/model/graph_builder.h"
#include "framework/model/image_normalisation.h"
#include "framework/model/model_digest.h"
#include "framework/model/script_loader.h"
#include "framework/model/silent_warnings.h"
#include "framework/model/unit_table.h"
#include "framework/model/write_groups.h"

namespace branchline::model {

struct Model::Parts {
  std::string file;
  std::int64_t file_bytes = 0;
  std::string digest;
  ModelManifest manifest;
  torch::jit::Module module;
  UnitTable table;
};

namespace {

constexpr std::uint64_t kFirstSeed = 1;
constexpr std::uint64_t kSecondSeed = 2;

bool has_images(const ModelManifest& manifest) {
  for (const InputManifest& input : manifest.inputs) {
    if (input.is_image) return true;
  }
  return false;
}

c10::IValue run_module(const torch::jit::Module& module, const std::vector<InputManifest>& manifest,
                       const std::vector<at::Tensor>& inputs) {
  const c10::InferenceMode inference;
  const SilentWarnings silent;
  const torch::jit::GraphOptimizerEnabledGuard as_it_came(false);
  std::vector<c10::IValue> stack;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const bool image = i < manifest.size() && manifest[i].is_image;
    // forward may write into what it is given.
    stack.emplace_back(image ? normalise_picture(inputs[i], manifest[i]) : inputs[i].clone());
  }
  torch::jit::Module module_handle = module;  // forward() is not const; the module does not change
  return module_handle.forward(std::move(stack));
}

/// The module's answer to inputs of the shapes it was promised.
c10::IValue try_module(const torch::jit::Module& module, const std::vector<InputManifest>& manifest,
                       const std::vector<at::Tensor>& inputs, const std::string& file) {
  try {
    return run_module(module, manifest, inputs);
  } catch (const std::exception& error) {
    throw InputError("cannot run on an input of this shape: " + first_line(error.what()), file,
                     "Check the input shape (--input) and the element type.", InputKind::model);
  }
}

/// What a run of the unit graph computed for every exit.
std::vector<at::Tensor> exits_in(const Recording& recording, const torch::jit::Graph& graph) {
  std::vector<at::Tensor> exits;
  for (const torch::jit::Value* output : graph.outputs())
    exits.push_back(recording.at(output).toTensor());
  return exits;
}

/// The passes are LibTorch's and ours; this is what stands between a bug in them and a wrong
/// answer.
void check_against_module(const std::vector<at::Tensor>& ours,
                          const std::vector<at::Tensor>& reference, const std::string& file) {
  const std::string unknown = "understanding the model changed its answer: ";
  if (ours.size() != reference.size()) {
    throw InputError(unknown + std::to_string(ours.size()) + " exits instead of " +
                         std::to_string(reference.size()),
                     file, "Please report it with the model.", InputKind::model);
  }
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (nearly_equal(reference[i], ours[i])) continue;
    throw InputError(unknown + "exit " + std::to_string(i + 1) + " differs", file,
                     "Please report it with the model.", InputKind::model);
  }
}

std::vector<at::Tensor> stack_pairs(const std::vector<at::Tensor>& first,
                                    const std::vector<at::Tensor>& second) {
  std::vector<at::Tensor> both;
  for (std::size_t i = 0; i < first.size(); ++i) both.push_back(at::cat({first[i], second[i]}));
  return both;
}

void name_exits(graph::LayerGraph& layers, const ModelManifest& manifest, const std::string& file) {
  if (!manifest.exits.empty() && manifest.exits.size() != layers.exits.size()) {
    throw InputError("the manifest describes " + std::to_string(manifest.exits.size()) +
                         " exits, forward returns " + std::to_string(layers.exits.size()),
                     file, "Write the manifest anew with branchline import.", InputKind::model);
  }
  for (std::size_t i = 0; i < manifest.exits.size(); ++i) {
    if (!manifest.exits[i].name.empty()) layers.exits[i].name = manifest.exits[i].name;
    layers.exits[i].accuracy = manifest.exits[i].accuracy;
  }
}

/// Units of a functional graph whose values were recorded for one, for another and for both inputs
/// at once; without the latter the model runs one input at a time.
UnitTable make_units(const FunctionalGraph& functional,
                     const std::vector<std::vector<torch::jit::Node*>>& fixed,
                     const std::vector<graph::TensorSpec>& inputs, UnitNames& names,
                     Recording& first) {
  const std::shared_ptr<torch::jit::Graph>& graph = functional.graph;
  duplicate_glue(graph);
  const std::vector<at::Tensor> second_input = sample_inputs(inputs, kSecondSeed);
  first = record_run(graph, sample_inputs(inputs, kFirstSeed));
  Recording both;
  if (functional.follows_batch) {
    both = record_run(graph, stack_pairs(sample_inputs(inputs, kFirstSeed), second_input));
    localise_batch_sizes(graph, first, both);
  }
  set_recorded_types(*graph, first, both);
  UnitTable table =
      make_unit_table(graph, fuse_units(graph, fixed), first, names, functional.exit_names);
  table.layers.batchable =
      functional.follows_batch &&
      stacks_along_batch(table.unit_graph, first, record_run(graph, second_input), both);
  return table;
}

/// From the module to units; `specs` are the network's own inputs.
UnitTable understand(const torch::jit::Module& module, const ModelManifest& manifest,
                     const std::vector<graph::TensorSpec>& specs, const std::string& file) {
  const std::vector<graph::TensorSpec> inputs = picture_specs(specs, manifest.inputs);
  const c10::IValue answer =
      try_module(module, manifest.inputs, sample_inputs(inputs, kFirstSeed), file);
  const std::vector<at::Tensor> reference = tensors_in(answer, file);
  FunctionalGraph functional = build_graph(module, specs, answer, file);
  const std::shared_ptr<torch::jit::Graph>& graph = functional.graph;
  UnitNames names(module, *graph);
  torch::jit::FoldFrozenConvBatchnorm(functional.graph);
  names.keep_only_nodes_of(*graph);
  protect_inputs(graph);
  const std::vector<std::vector<torch::jit::Node*>> fixed =
      prepend_normalisation(graph, manifest.inputs);
  if (write_groups(graph).empty()) order_by_data_flow(*graph);
  Recording first;
  UnitTable table = make_units(functional, fixed, inputs, names, first);
  check_against_module(exits_in(first, *graph), reference, file);
  return table;
}

}  // namespace

Model::Model(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Model::~Model() = default;

std::shared_ptr<const Model> Model::load(const std::string& file, const LoadOptions& options) {
  const c10::InferenceMode inference;
  const SilentWarnings silent;
  auto parts = std::make_unique<Parts>();
  parts->file = file;
  parts->module = load_script(file);
  parts->file_bytes = static_cast<std::int64_t>(std::filesystem::file_size(file));
  parts->digest = network_digest(file);
  parts->manifest = read_manifest(file);
  const std::vector<graph::TensorSpec> specs =
      network_inputs(parts->module, parts->manifest, options, file);
  if (!options.input_shapes.empty() && has_images(parts->manifest)) {
    for (std::size_t i = 0; i < specs.size(); ++i) parts->manifest.inputs[i].shape = specs[i].shape;
  }
  try {
    parts->table = understand(parts->module, parts->manifest, specs, file);
  } catch (const c10::Error& error) {
    throw InputError("cannot be understood: " + first_line(error.what_without_backtrace()), file,
                     "", InputKind::model);
  }
  graph::LayerGraph& layers = parts->table.layers;
  layers.digest = parts->digest;
  layers.name = parts->manifest.name.empty() ? std::filesystem::path(file).stem().string()
                                             : parts->manifest.name;
  name_exits(layers, parts->manifest, file);
  graph::validate_graph(layers, file);
  return std::shared_ptr<const Model>(new Model(std::move(parts)));
}

const std::string& Model::file() const { return parts_->file; }
std::int64_t Model::file_bytes() const { return parts_->file_bytes; }
const std::string& Model::digest() const { return parts_->digest; }
const ModelManifest& Model::manifest() const { return parts_->manifest; }
const graph::LayerGraph& Model::layers() const { return parts_->table.layers; }
const UnitGraph& Model::unit_graph() const { return parts_->table.unit_graph; }
const std::vector<graph::TensorSpec>& Model::inputs() const {
  return parts_->table.layers.units[0].outputs;
}

std::vector<at::Tensor> Model::run_reference(const std::vector<at::Tensor>& inputs) const {
  BL_EXPECT(inputs.size() == this->inputs().size(), "one tensor for every model input");
  try {
    return tensors_in(run_module(parts_->module, parts_->manifest.inputs, inputs), parts_->file);
  } catch (const std::exception& error) {
    throw RunError(parts_->file + ": the model failed to run: " + first_line(error.what()));
  }
}

}  // namespace branchline::model
