#include "framework/model/script_loader.h"

#include <torch/csrc/jit/frontend/error_report.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <filesystem>

#include "framework/base/error.h"

namespace branchline::model {
namespace {

[[noreturn]] void refuse_script(const std::string& what, const std::string& file,
                                const std::string& fix = "") {
  throw InputError(what, file, fix, InputKind::model);
}

/// Message lines that say where LibTorch stood, not what is wrong.
bool is_location(const std::string& line) {
  return line.empty() || line.rfind("File \"", 0) == 0 ||
         line.rfind("Exception raised from", 0) == 0 ||
         line.rfind("The following operation failed", 0) == 0 ||
         line.rfind("Traceback of TorchScript", 0) == 0 || line.find("<---") != std::string::npos;
}

/// Arguments of forward that the caller must give: tensors without a default. Others must have one.
std::size_t tensor_arguments(const c10::FunctionSchema& schema, const std::string& file) {
  std::size_t count = 0;
  for (std::size_t i = 1; i < schema.arguments().size(); ++i) {
    const c10::Argument& argument = schema.arguments()[i];
    if (argument.default_value()) continue;
    if (argument.type()->kind() != c10::TypeKind::TensorType) {
      refuse_script("forward's argument '" + argument.name() + "' is a " +
                        argument.type()->annotation_str() + ", not a tensor",
                    file, "Wrap the model so that forward takes tensors only.");
    }
    ++count;
  }
  return count;
}

void check_input_shape(const Shape& shape, const std::string& file) {
  for (const std::int64_t size : shape) {
    if (size <= 0)
      refuse_script("an input dimension is " + std::to_string(size), file, "All must be positive.");
  }
  if (shape.empty() || shape[0] != 1) {
    refuse_script("an input shape does not start with a batch of 1", file,
                  "Give e.g. --input 1,3,224,224.");
  }
}

void collect_tensors(const c10::IValue& value, const std::string& file,
                     std::vector<at::Tensor>& tensors) {
  if (value.isNone()) return;
  if (value.isTensor()) {
    if (value.toTensor().defined()) tensors.push_back(value.toTensor());
  } else if (value.isTuple()) {
    for (const c10::IValue& element : value.toTupleRef().elements())
      collect_tensors(element, file, tensors);
  } else if (value.isList()) {
    for (const c10::IValue& element : value.toListRef()) collect_tensors(element, file, tensors);
  } else if (value.isGenericDict()) {
    for (const auto& entry : value.toGenericDict()) collect_tensors(entry.value(), file, tensors);
  } else {
    refuse_script("forward returns a " + value.type()->annotation_str() + ", which is no tensor",
                  file, "An exit is a tensor: return one, or a tuple, list or dict of them.");
  }
}

}  // namespace

std::string first_line(const std::string& message) {
  std::size_t begin = 0;
  std::string kept;
  while (begin < message.size()) {
    const std::size_t end = std::min(message.find('\n', begin), message.size());
    std::string line = message.substr(begin, end - begin);
    line.erase(0, line.find_first_not_of(" \t"));
    // The interpreter puts the operator's own message last, behind "RuntimeError: ".
    if (line.rfind("RuntimeError: ", 0) == 0) return line.substr(14);
    if (kept.empty() && !is_location(line)) kept = line;
    begin = end + 1;
  }
  return kept;
}

torch::jit::Module load_script(const std::string& file) {
  if (std::filesystem::is_directory(file)) {
    refuse_script("is a folder", file, "Give one TorchScript file.");
  }
  if (!std::filesystem::is_regular_file(file)) refuse_script("no such file", file);
  try {
    torch::jit::Module module = torch::jit::load(file, at::kCPU);
    if (!module.find_method("forward")) refuse_script("the model has no method forward", file);
    module.eval();
    return module;
  } catch (const c10::Error& error) {
    refuse_script("cannot be loaded: " + first_line(error.what_without_backtrace()), file,
                  "Save it with torch.jit.script(model).save(...) or torch.jit.trace.");
  } catch (const torch::jit::ErrorReport& error) {
    refuse_script("cannot be loaded: " + first_line(error.what()), file);
  }
}

std::vector<graph::TensorSpec> network_inputs(const torch::jit::Module& module,
                                              const ModelManifest& manifest,
                                              const LoadOptions& options, const std::string& file) {
  const std::size_t wanted =
      tensor_arguments(module.get_method("forward").function().getSchema(), file);
  std::vector<graph::TensorSpec> specs;
  for (const InputManifest& input : manifest.inputs) specs.push_back({input.type, input.shape});
  if (!options.input_shapes.empty()) {
    specs.resize(options.input_shapes.size());
    for (std::size_t i = 0; i < specs.size(); ++i) specs[i].shape = options.input_shapes[i];
  }
  if (specs.empty()) {
    refuse_script("the file does not say the shape of its input", file,
                  "Give it, e.g. --input 1,3,224,224, or once and for all with branchline import.");
  }
  if (specs.size() != wanted) {
    refuse_script("forward takes " + std::to_string(wanted) + " tensors, but " +
                      std::to_string(specs.size()) + " input shapes are given",
                  file, "Give --input once for each.");
  }
  for (const graph::TensorSpec& spec : specs) check_input_shape(spec.shape, file);
  for (std::size_t i = 0; i < std::min(specs.size(), manifest.inputs.size()); ++i) {
    if (!manifest.inputs[i].is_image || specs[i].shape.size() == 4) continue;
    refuse_script("its input is an image, but the shape given has " +
                      std::to_string(specs[i].shape.size()) + " dimensions",
                  file, "Give four, as in 1,3,224,224, or leave --input out.");
  }
  return specs;
}

std::vector<at::Tensor> tensors_in(const c10::IValue& value, const std::string& file) {
  std::vector<at::Tensor> tensors;
  collect_tensors(value, file, tensors);
  if (tensors.empty()) refuse_script("forward returns no tensor", file);
  return tensors;
}

}  // namespace branchline::model
