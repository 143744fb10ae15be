#include "branchy_models/model_import.h"

#include <torch/script.h>

#include <exception>
#include <filesystem>
#include <memory>

#include "branchy_models/calibration.h"
#include "branchy_models/exit_tensors.h"
#include "branchy_models/image_folder.h"
#include "framework/base/error.h"

namespace branchline::branchy_models {
namespace {

torch::jit::Module load_module(const std::string& file) {
  if (!std::filesystem::is_regular_file(file)) {
    throw InputError("no such file", file, "", InputKind::model);
  }
  try {
    torch::jit::Module module = torch::jit::load(file);
    module.eval();
    return module;
  } catch (const std::exception&) {
    throw InputError("is no TorchScript file that this LibTorch can load", file,
                     "save the model with torch.jit.script(model).save(…)", InputKind::model);
  }
}

model::InputManifest input_of(const ImportRequest& request) {
  model::InputManifest input;
  input.shape = request.shape;
  input.is_image = request.is_image;
  if (!request.is_image) return input;
  if (request.shape.size() != 4 || (request.shape[1] != 1 && request.shape[1] != 3)) {
    throw InputError("an image needs the shape 1,C,H,W with C 1 or 3", "--input");
  }
  const auto channels = static_cast<std::size_t>(request.shape[1]);
  input.mean = request.mean.empty() ? std::vector<float>(channels, 0.0F) : request.mean;
  input.std = request.std.empty() ? std::vector<float>(channels, 1.0F) : request.std;
  input.jpeg_quality = request.jpeg_quality;
  if (input.mean.size() != channels) throw InputError("needs one number per channel", "--mean");
  if (input.std.size() != channels) throw InputError("needs one number per channel", "--std");
  for (const float value : input.std) {
    if (!(value > 0)) throw InputError("needs numbers above 0", "--std");
  }
  return input;
}

/// @returns the number of classes.
std::int64_t check_logits(const std::vector<at::Tensor>& exits, const std::string& file) {
  const std::int64_t classes = exits.front().dim() == 2 ? exits.front().size(1) : 0;
  for (std::size_t i = 0; i < exits.size(); ++i) {
    const at::Tensor& logits = exits[i];
    if (logits.dim() != 2 || logits.size(1) != classes) {
      throw InputError(
          "exit " + std::to_string(i + 1) + " is no batch x classes tensor like exit 1", file,
          "return one logits tensor per exit", InputKind::model);
    }
    if (!torch::isfinite(logits).all().item<bool>()) {
      throw InputError("exit " + std::to_string(i + 1) + " is not finite on a random input", file,
                       "check the weights", InputKind::model);
    }
  }
  return classes;
}

std::vector<model::ExitManifest> name_exits(const ImportRequest& request, std::size_t count) {
  if (!request.exits.empty() && request.exits.size() != count) {
    throw InputError("names " + std::to_string(request.exits.size()) +
                         " exits, but forward returns " + std::to_string(count),
                     "--exits");
  }
  std::vector<model::ExitManifest> exits(count);
  for (std::size_t i = 0; i < count; ++i) {
    exits[i].name = request.exits.empty() ? "exit" + std::to_string(i + 1) : request.exits[i];
  }
  return exits;
}

}  // namespace

model::ModelManifest import_model(const ImportRequest& request, const std::string& data) {
  model::ModelManifest manifest;
  manifest.inputs.push_back(input_of(request));
  manifest.name =
      request.name.empty() ? std::filesystem::path(request.model).stem().string() : request.name;
  manifest.classes = request.classes;
  torch::jit::Module module = load_module(request.model);
  const torch::NoGradGuard no_grad;
  const std::vector<at::Tensor> exits = forward_exits(module, torch::rand(request.shape));
  const std::int64_t classes = check_logits(exits, request.model);
  manifest.exits = name_exits(request, exits.size());

  std::unique_ptr<ImageFolder> images;
  if (!data.empty()) {
    if (!request.is_image) throw InputError("needs an image input", "--data", "add --image");
    images = std::make_unique<ImageFolder>(
        data, request.classes, static_cast<int>(request.shape[2]),
        static_cast<int>(request.shape[3]), static_cast<int>(request.shape[1]));
    manifest.classes = images->classes();
  }
  if (!manifest.classes.empty() && static_cast<std::int64_t>(manifest.classes.size()) != classes) {
    throw InputError("names " + std::to_string(manifest.classes.size()) +
                         " classes, but the logits have " + std::to_string(classes),
                     data.empty() ? "--classes" : data);
  }
  if (images) {
    calibrate(module, *images, {}, manifest);
    manifest.data_set = std::filesystem::path(data).filename().string() + ", " +
                        std::to_string(images->size()) + " images";
  }
  model::write_manifest(request.model, manifest);
  return manifest;
}

}  // namespace branchline::branchy_models
