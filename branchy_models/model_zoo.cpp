#include "branchy_models/model_zoo.h"

#include <torch/script.h>

#include <exception>
#include <filesystem>

#include "branchy_models/b_alexnet.h"
#include "branchy_models/b_camera.h"
#include "branchy_models/b_lenet.h"
#include "branchy_models/b_resnet.h"
#include "framework/base/error.h"

namespace branchline::branchy_models {
namespace {

TrainingRecipe lenet_recipe(DataSetKind) {
  TrainingRecipe recipe;
  recipe.epochs = 8;
  recipe.learning_rate = 3e-3;
  recipe.exit_weights = {0.3, 0.3, 1.0};
  return recipe;
}

TrainingRecipe alexnet_recipe(DataSetKind kind) {
  TrainingRecipe recipe;
  recipe.batch = 128;
  recipe.learning_rate = 1.5e-3;
  recipe.exit_weights = {0.3, 0.3, 0.5, 0.7, 1.0};
  recipe.epochs = kind == DataSetKind::cifar10 ? 10 : 8;
  recipe.is_mirrored = true;
  recipe.shift = kind == DataSetKind::cifar10 ? 2 : 1;
  return recipe;
}

TrainingRecipe resnet_recipe(DataSetKind kind) {
  TrainingRecipe recipe;
  recipe.batch = 128;
  recipe.learning_rate = 6e-3;
  recipe.exit_weights = {0.3, 0.3, 0.5, 1.0};
  recipe.epochs = kind == DataSetKind::cifar10 ? 12 : 5;
  recipe.is_mirrored = true;
  recipe.shift = kind == DataSetKind::cifar10 ? 3 : 1;
  return recipe;
}

TrainingRecipe camera_recipe(DataSetKind) {
  TrainingRecipe recipe;
  recipe.batch = 64;
  recipe.learning_rate = 3e-3;
  recipe.exit_weights = {0.3, 0.4, 0.7, 1.0};
  recipe.epochs = 12;
  return recipe;
}

}  // namespace

const std::vector<ZooModel>& model_zoo() {
  static const std::vector<ZooModel> zoo = {
      {"b_lenet", "LeNet-5 with 3 exits", build_b_lenet, lenet_recipe, false},
      {"b_alexnet", "AlexNet with Edgent's 5 exits", build_b_alexnet, alexnet_recipe, false},
      {"b_resnet", "residual network with 4 exits", build_b_resnet, resnet_recipe, false},
      {"b_camera", "camera network with 4 exits and a bottleneck of 1000 bytes", build_b_camera,
       camera_recipe, true},
      {"b_camera_wide", "b_camera without the bottleneck: the control of an experiment",
       build_b_camera_wide, camera_recipe, true},
  };
  return zoo;
}

const ZooModel& find_zoo_model(const std::string& name) {
  std::string known;
  for (const ZooModel& model : model_zoo()) {
    if (model.name == name) return model;
    known += (known.empty() ? "" : ", ") + model.name;
  }
  throw InputError("is no network of the zoo", name, "take one of: " + known);
}

Network build_untrained(const ZooModel& model, const NetworkShape& shape, std::uint64_t seed) {
  torch::manual_seed(seed);
  return model.build(shape);
}

model::ModelManifest manifest_of(const ZooModel& model, const Network& network, DataSetKind kind,
                                 const std::vector<std::string>& classes) {
  const NetworkShape shape = shape_of(kind);
  const Normalisation normalisation = normalisation_of(kind);
  model::ModelManifest manifest;
  manifest.name = model.name + "-" + name_of(kind);
  manifest.classes = classes;
  model::InputManifest input;
  input.name = "image";
  input.is_image = true;
  input.shape = {1, shape.channels, shape.height, shape.width};
  input.mean = normalisation.mean;
  input.std = normalisation.std;
  manifest.inputs.push_back(input);
  for (std::size_t exit = 1; exit <= network.exits.size(); ++exit) {
    manifest.exits.push_back({"exit" + std::to_string(exit), {}, {}, {}});
  }
  return manifest;
}

void save_model(const Network& network, const model::ModelManifest& manifest,
                const std::string& file) {
  torch::jit::Module& module = *network.module;
  const torch::NoGradGuard no_grad;
  module.eval();
  for (torch::Tensor parameter : module.parameters()) {
    parameter.set_requires_grad(false);
    parameter.set_data(parameter.contiguous());  // training keeps filters channels-last
  }
  try {
    module.save(file + ".tmp", {{"branchline.json", model::to_json(manifest)}});
    std::filesystem::rename(file + ".tmp", file);
  } catch (const std::exception& error) {
    throw RunError(file + ": cannot be written: " + error.what());
  }
}

}  // namespace branchline::branchy_models
