#include "branchy_models/zoo_training.h"

#include <torch/script.h>

#include <filesystem>
#include <memory>

#include "branchy_models/b_camera.h"
#include "branchy_models/calibration.h"
#include "branchy_models/data_sets.h"
#include "branchy_models/model_zoo.h"
#include "framework/base/error.h"

namespace branchline::branchy_models {
namespace {

/// The command that makes the same weights again; folders by their last name, for they differ from
/// machine to machine.
std::string command_of(const ZooTrainingRequest& request, const TrainingRecipe& recipe) {
  const auto last_name = [](const std::string& path) {
    return (std::filesystem::path(path) / "").parent_path().filename().string();
  };
  std::string command = "branchline train " + request.network + " --data " +
                        last_name(request.data) + " --epochs " + std::to_string(recipe.epochs) +
                        " --seed " + std::to_string(request.seed);
  if (request.learning_rate) {
    command += " --learning-rate " + std::to_string(*request.learning_rate);
  }
  if (request.samples) command += " --samples " + std::to_string(*request.samples);
  for (const std::string& video : request.videos) command += " --video " + last_name(video);
  return command;
}

DataSetOptions data_options(const ZooTrainingRequest& request) {
  DataSetOptions options;
  options.directory = request.data;
  options.videos = request.videos;
  options.seed = request.seed;
  if (request.samples) options.train_count = *request.samples;
  return options;
}

TrainingRecipe recipe_of(const ZooModel& model, DataSetKind kind,
                         const ZooTrainingRequest& request) {
  TrainingRecipe recipe = model.recipe(kind);
  if (request.epochs) recipe.epochs = *request.epochs;
  if (request.learning_rate) recipe.learning_rate = *request.learning_rate;
  return recipe;
}

}  // namespace

model::ModelManifest train_zoo_model(const ZooTrainingRequest& request) {
  const ZooModel& model = find_zoo_model(request.network);
  const DataSetKind found = data_set_in(request.data);
  if (model.needs_camera_frames && found != DataSetKind::fashion_mnist) {
    throw InputError("is not Fashion-MNIST, which the camera's objects come from", request.data,
                     "give its folder");
  }
  const DataSetKind kind = model.needs_camera_frames ? DataSetKind::camera : found;
  const TrainingRecipe recipe = recipe_of(model, kind, request);
  DataSetOptions options = data_options(request);
  const auto training_images = open_data_set(kind, Split::train, options);
  Network network = build_untrained(model, shape_of(kind), request.seed);

  TrainingRun run;
  run.seed = request.seed;
  run.checkpoint_file = request.output + ".ckpt";
  run.resume = request.resume;
  run.on_progress = request.on_progress;
  train(network, *training_images, normalisation_of(kind), recipe, run);

  options.seed = DataSetOptions().seed;  // one test set for all runs
  const auto test_images = open_data_set(kind, Split::test, options);
  model::ModelManifest manifest = manifest_of(model, network, kind, test_images->classes());
  manifest.made_by = command_of(request, recipe);
  manifest.data_set = describe(kind, *test_images);
  CalibrationOptions calibration;
  calibration.crossing = kCameraBottleneck;
  calibrate(*network.module, *test_images, calibration, manifest);
  save_model(network, manifest, request.output);
  std::filesystem::remove(run.checkpoint_file);
  return manifest;
}

}  // namespace branchline::branchy_models
