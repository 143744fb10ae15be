#include "framework/runtime/request_input.h"

#include <cstring>
#include <memory>
#include <string>

#include "framework/base/error.h"
#include "framework/model/tensor_bridge.h"
#include "framework/runtime/image_input.h"

namespace branchline::runtime {
namespace {

std::string wanted_text(const graph::TensorSpec& spec) {
  std::string text = std::string(name_of(spec.type)) + " {";
  for (std::size_t i = 0; i < spec.shape.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(spec.shape[i]);
  }
  return text + "}";
}

Tensor copy_of(const TensorView& view) {
  const std::size_t bytes = view.byte_size();
  const std::shared_ptr<std::byte[]> data(new std::byte[bytes + 1]);
  std::memcpy(data.get(), view.data, bytes);
  return {std::shared_ptr<const void>(data, data.get()), view.type, view.shape};
}

Tensor read_input(const TensorView& given, const graph::TensorSpec& spec, bool is_image,
                  const std::string& name) {
  if (is_image) return fit_picture(given, spec.shape);
  if (given.type != spec.type || given.shape != spec.shape) {
    throw InputError("it is " + wanted_text({given.type, given.shape}), name,
                     "the model takes " + wanted_text(spec));
  }
  if (given.data == nullptr) throw InputError("it has no data", name);
  return copy_of(given);
}

}  // namespace

FeatureMaps read_inputs(const model::Model& model, const std::vector<TensorView>& inputs) {
  const std::vector<graph::TensorSpec>& specs = model.inputs();
  if (inputs.size() != specs.size()) {
    throw InputError("there are " + std::to_string(inputs.size()), "inputs",
                     "the model takes " + std::to_string(specs.size()));
  }
  const auto& declared = model.manifest().inputs;
  FeatureMaps maps;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const bool is_image = i < declared.size() && declared[i].is_image;
    maps[{0, static_cast<std::int32_t>(i)}] = model::to_torch(
        read_input(inputs[i], specs[i], is_image, "input " + std::to_string(i + 1)));
  }
  return maps;
}

FeatureMaps blank_inputs(const model::Model& model) {
  FeatureMaps maps;
  const std::vector<graph::TensorSpec>& specs = model.inputs();
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const auto bytes = static_cast<std::size_t>(specs[i].bytes());
    const std::shared_ptr<std::byte[]> data(new std::byte[bytes + 1]());
    maps[{0, static_cast<std::int32_t>(i)}] = model::to_torch(
        Tensor{std::shared_ptr<const void>(data, data.get()), specs[i].type, specs[i].shape});
  }
  return maps;
}

}  // namespace branchline::runtime
