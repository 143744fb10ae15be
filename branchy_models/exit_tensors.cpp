#include "branchy_models/exit_tensors.h"

#include <torch/script.h>

#include <exception>

#include "framework/base/error.h"
#include "framework/model/script_loader.h"

namespace branchline::branchy_models {
namespace {

void collect_exits(const c10::IValue& value, std::vector<at::Tensor>& exits) {
  if (value.isTensor()) {
    exits.push_back(value.toTensor());
  } else if (value.isTuple()) {
    for (const c10::IValue& element : value.toTupleRef().elements()) collect_exits(element, exits);
  } else if (value.isTensorList() || value.isList()) {
    for (const c10::IValue& element : value.toListRef()) collect_exits(element, exits);
  } else if (value.isGenericDict()) {
    for (const auto& entry : value.toGenericDict()) collect_exits(entry.value(), exits);
  } else if (!value.isNone()) {
    throw InputError("forward returns a " + value.tagKind(), "the model",
                     "return one logits tensor per exit", InputKind::model);
  }
}

}  // namespace

std::vector<at::Tensor> forward_exits(torch::jit::Module& module, const at::Tensor& input) {
  std::vector<at::Tensor> exits;
  c10::IValue returned;
  try {
    returned = module.forward({input});
  } catch (const std::exception& error) {
    throw InputError("forward fails: " + model::first_line(error.what()), "the model",
                     "check the input's shape and type", InputKind::model);
  }
  collect_exits(returned, exits);
  if (exits.empty()) {
    throw InputError("forward returns no tensor", "the model", "return one logits tensor per exit",
                     InputKind::model);
  }
  return exits;
}

}  // namespace branchline::branchy_models
