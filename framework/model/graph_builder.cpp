#include "framework/model/graph_builder.h"

#include <ATen/Functions.h>
#include <torch/csrc/jit/passes/common_subexpression_elimination.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/freeze_module.h>
#include <torch/csrc/jit/passes/graph_rewrite_helper.h>
#include <torch/csrc/jit/passes/inline_fork_wait.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/passes/loop_unrolling.h>
#include <torch/csrc/jit/passes/lower_tuples.h>
#include <torch/csrc/jit/passes/peephole.h>
#include <torch/csrc/jit/passes/peephole_list_idioms.h>
#include <torch/csrc/jit/passes/remove_dropout.h>
#include <torch/csrc/jit/passes/remove_mutation.h>

#include <optional>

#include "framework/base/error.h"
#include "framework/model/attribute_resolution.h"
#include "framework/model/container_lowering.h"
#include "framework/model/exit_lowering.h"
#include "framework/model/glue_placement.h"
#include "framework/model/graph_recording.h"
#include "framework/model/operator_check.h"
#include "framework/model/script_loader.h"

namespace branchline::model {
namespace {

using torch::jit::Graph;
using torch::jit::Module;
using torch::jit::Node;
using torch::jit::Value;
using GraphPtr = std::shared_ptr<Graph>;

constexpr std::uint64_t kSampleSeed = 20;
/// Folding one level of control flow shows the shapes of the next; real models need three rounds.
constexpr int kMaximumRounds = 12;

[[noreturn]] void refuse_graph(const std::string& what, const std::string& file,
                               const std::string& fix = "") {
  throw InputError(what, file, fix, InputKind::model);
}

GraphPtr frozen_forward(const Module& module, const std::string& file) {
  try {
    // Without the freezer's numeric folding: unit names come from the weights as the file holds
    // them.
    Module frozen = torch::jit::freeze_module(module);
    GraphPtr graph = frozen.get_method("forward").graph()->copy();
    torch::jit::Inline(*graph);
    resolve_attributes(graph, frozen, file);
    return graph;
  } catch (const c10::Error& error) {
    refuse_graph("cannot be frozen: " + first_line(error.what_without_backtrace()), file);
  } catch (const InputError&) {
    throw;
  } catch (const std::runtime_error& error) {
    refuse_graph("cannot be frozen: " + first_line(error.what()), file);
  }
}

/// Arguments that the caller leaves out become their defaults; `self` must be gone.
void fix_inputs(const GraphPtr& graph, const Module& module, const std::string& file) {
  const auto& arguments = module.get_method("forward").function().getSchema().arguments();
  const torch::jit::WithInsertPoint at_start(*graph->nodes().begin());
  for (std::size_t i = graph->inputs().size(); i-- > 1;) {
    if (!arguments[i].default_value()) continue;
    Value* const constant = graph->insertConstant(*arguments[i].default_value());
    graph->inputs()[i]->replaceAllUsesWith(constant);
    graph->eraseInput(i);
  }
  if (!graph->inputs()[0]->uses().empty()) {
    check_operators(*graph, file);
    refuse_graph("the model keeps state between calls", file,
                 "Make forward depend on its inputs alone.");
  }
  graph->eraseInput(0);
}

void simplify(GraphPtr& graph) {
  torch::jit::PeepholeOptimize(graph);
  torch::jit::PeepholeOptimizeListIdioms(graph, /*refine_list_len=*/true);
  torch::jit::ConstantPropagation(graph);
  torch::jit::UnrollConstantLoops(graph);
  torch::jit::LowerSimpleTuples(graph);
  lower_dicts(graph);
  lower_lists(graph);
  torch::jit::EliminateCommonSubexpression(graph);
  // Warnings, prints and checks of what a tensor holds go: no unit could own them.
  torch::jit::EliminateDeadCode(
      graph, torch::jit::DCESideEffectPolicy::ALLOW_DELETING_NODES_WITH_SIDE_EFFECTS);
}

/// Dropout that is always on but drops nothing (torchvision's swin transformers).
void remove_null_dropout(torch::jit::Block& block) {
  for (auto it = block.nodes().begin(); it != block.nodes().end();) {
    Node* const node = *it++;
    for (torch::jit::Block* inner : node->blocks()) remove_null_dropout(*inner);
    if (node->kind() != torch::jit::aten::dropout) continue;
    const c10::optional<torch::jit::IValue> share = torch::jit::toIValue(node->inputs()[1]);
    if (!share || !share->isDouble() || share->toDouble() != 0.0) continue;
    node->output()->replaceAllUsesWith(node->inputs()[0]);
    node->destroy();
  }
}

void remove_writes(GraphPtr& graph) {
  torch::jit::RemoveListMutation(graph);
  torch::jit::RemoveTensorMutation(graph);
}

std::vector<at::Tensor> stacked_twice(const std::vector<graph::TensorSpec>& inputs) {
  std::vector<at::Tensor> first = sample_inputs(inputs, kSampleSeed);
  const std::vector<at::Tensor> second = sample_inputs(inputs, kSampleSeed + 1);
  for (std::size_t i = 0; i < first.size(); ++i) first[i] = at::cat({first[i], second[i]});
  return first;
}

Recording record_single(const GraphPtr& graph, const std::vector<graph::TensorSpec>& inputs,
                        const std::string& file) {
  const std::string fix = "Check the input shape (--input) and the element type.";
  try {
    return record_run(graph, sample_inputs(inputs, kSampleSeed));
  } catch (const c10::Error& error) {
    refuse_graph(
        "cannot run on an input of this shape: " + first_line(error.what_without_backtrace()), file,
        fix);
  } catch (const std::exception& error) {
    refuse_graph("cannot run on an input of this shape: " + first_line(error.what()), file, fix);
  }
}

std::optional<Recording> record_pair(const GraphPtr& graph,
                                     const std::vector<graph::TensorSpec>& inputs) {
  try {
    return record_run(graph, stacked_twice(inputs));
  } catch (const std::exception&) {
    return std::nullopt;  // The batch is a constant somewhere: such a model runs one input at a
                          // time.
  }
}

/// Whether another run would show shapes that are not known yet.
bool has_unseen_shapes(const Graph& graph) {
  for (const Node* node : graph.nodes()) {
    if (!node->blocks().empty()) return true;
    for (const Value* output : node->outputs()) {
      const auto type = output->type()->cast<c10::TensorType>();
      if (node->kind() != torch::jit::prim::Constant && type && !type->dim()) return true;
    }
  }
  return false;
}

void simplify_until_stable(GraphPtr& graph) {
  std::string before;
  for (int round = 0; round < kMaximumRounds; ++round) {
    expand_sizes(graph);
    simplify(graph);
    remove_writes(graph);
    std::string after = graph->toString(/*print_source_locations=*/false);
    if (after == before) return;
    before = std::move(after);
  }
}

/// Shapes seen in a run let the peephole pass fold sizes, then conditions, then whole branches;
/// what those branches held gets its shapes in the next round.
void fold_shapes(FunctionalGraph& result, const std::vector<graph::TensorSpec>& inputs,
                 const std::string& file) {
  std::string before;
  for (int round = 0; round < kMaximumRounds; ++round) {
    const Recording single = record_single(result.graph, inputs, file);
    const std::optional<Recording> pair = record_pair(result.graph, inputs);
    result.follows_batch = pair.has_value();
    set_recorded_types(*result.graph, single, pair ? *pair : Recording{});
    simplify_until_stable(result.graph);
    if (!has_unseen_shapes(*result.graph)) return;
    std::string after = result.graph->toString(/*print_source_locations=*/false);
    if (after == before) return;
    before = std::move(after);
  }
}

}  // namespace

FunctionalGraph build_graph(const Module& module, const std::vector<graph::TensorSpec>& inputs,
                            const c10::IValue& seen, const std::string& file) {
  FunctionalGraph result;
  result.graph = frozen_forward(module, file);
  fix_inputs(result.graph, module, file);
  torch::jit::InlineForkWait(result.graph);
  torch::jit::removeDropout(result.graph);
  remove_null_dropout(*result.graph->block());
  torch::jit::graph_rewrite_helper::replaceConvolutionWithAtenConv(result.graph);
  simplify(result.graph);
  remove_writes(result.graph);
  check_operators(*result.graph, file);
  fold_shapes(result, inputs, file);
  result.exit_names = lower_exits(result.graph, seen, file);
  torch::jit::EliminateDeadCode(result.graph);
  return result;
}

}  // namespace branchline::model
