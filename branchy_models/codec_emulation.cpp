#include "branchy_models/codec_emulation.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/jit.h>
#include <torch/script.h>

namespace branchline::branchy_models {
namespace {

using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

/// Text rather than nodes: what the codec does can be read off. 5 and 6 are the numbers of float16
/// and float32: torch.float16 has no name in text that C++ compiles.
const char* codec_script(const std::string& codec) {
  if (codec == "fp16") {
    return "def through_codec(x: Tensor) -> Tensor:\n"
           "    return x.to(5).to(6)\n";
  }
  return "def through_codec(x: Tensor) -> Tensor:\n"
         "    flat = x.flatten(2) if x.dim() > 2 else x.unsqueeze(1)\n"
         "    low = torch.amin(flat, [2], True)\n"
         "    step = torch.clamp((torch.amax(flat, [2], True) - low) / 255.0, min=1e-30)\n"
         "    return (torch.round((flat - low) / step) * step + low).reshape(x.shape)\n";
}

/// LibTorch numbers names when it loads a file: "bottleneck" becomes "bottleneck.1".
std::string without_number(const std::string& name) { return name.substr(0, name.find('.')); }

Value* find_value(Graph& graph, const std::string& name) {
  for (Node* node : graph.nodes()) {
    for (Value* output : node->outputs()) {
      const bool is_tensor = output->type()->kind() == c10::TypeKind::TensorType;
      if (is_tensor && output->hasDebugName() && without_number(output->debugName()) == name) {
        return output;
      }
    }
  }
  return nullptr;
}

}  // namespace

std::optional<torch::jit::Module> with_codec_after(const torch::jit::Module& module,
                                                   const std::string& value,
                                                   const std::string& codec) {
  torch::jit::Module changed = module.clone();
  const std::shared_ptr<Graph> graph = changed.get_method("forward").graph();
  Value* crossing = find_value(*graph, value);
  if (crossing == nullptr) return std::nullopt;

  const auto library = torch::jit::compile(codec_script(codec));
  const std::shared_ptr<Graph> rounding =
      torch::jit::toGraphFunction(library->get_function("through_codec")).graph();
  const torch::jit::WithInsertPoint after(crossing->node()->next());
  Value* rounded = torch::jit::insertGraph(*graph, *rounding, {crossing}).at(0);
  crossing->replaceAllUsesAfterNodeWith(rounded->node(), rounded);
  return changed;
}

}  // namespace branchline::branchy_models
