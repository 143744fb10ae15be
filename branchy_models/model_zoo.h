#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "branchy_models/data_sets.h"
#include "branchy_models/network.h"
#include "branchy_models/training.h"
#include "framework/model/model_manifest.h"

namespace branchline::branchy_models {

/// A network of the zoo: what builds it and how it is trained by default.
struct ZooModel {
  std::string name;
  std::string summary;
  std::function<Network(const NetworkShape&)> build;
  std::function<TrainingRecipe(DataSetKind)> recipe;
  bool needs_camera_frames = false;  ///< trained on the camera set, which Fashion-MNIST's folder
                                     ///< gives the objects of
};

/// All networks, in the order docs/models.md lists them.
const std::vector<ZooModel>& model_zoo();

/// @throws InputError naming the known networks.
const ZooModel& find_zoo_model(const std::string& name);

/// Builds the network with weights from the seed.
Network build_untrained(const ZooModel& model, const NetworkShape& shape, std::uint64_t seed);

/// Name, image input, classes and exit names; accuracies come with the calibration.
model::ModelManifest manifest_of(const ZooModel& model, const Network& network, DataSetKind kind,
                                 const std::vector<std::string>& classes);

/// Writes the module in evaluation mode with its manifest as a normal TorchScript file, by renaming
/// a temporary file.
/// @throws RunError when it cannot be written.
void save_model(const Network& network, const model::ModelManifest& manifest,
                const std::string& file);

}  // namespace branchline::branchy_models
