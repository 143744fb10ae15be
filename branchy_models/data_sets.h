#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "branchy_models/input_batch.h"
#include "branchy_models/labelled_images.h"
#include "branchy_models/network.h"
#include "framework/model/model_manifest.h"

namespace branchline::branchy_models {

/// A data set the zoo's networks can be trained on.
enum class DataSetKind {
  fashion_mnist,  ///< 1 x 28 x 28
  cifar10,        ///< 3 x 32 x 32
  camera,         ///< 3 x 160 x 160: generated from Fashion-MNIST's objects and real videos
};

/// "fashion-mnist", "cifar10", "camera".
const char* name_of(DataSetKind kind) noexcept;

NetworkShape shape_of(DataSetKind kind);

/// Mean and deviation of the training set, per channel.
Normalisation normalisation_of(DataSetKind kind);

struct DataSetOptions {
  std::string directory;
  std::vector<std::string> videos;   ///< camera only; empty means opencv-doc's
  std::uint64_t seed = 1;            ///< camera only
  std::int64_t train_count = 12000;  ///< camera only: frames in an epoch
  std::int64_t test_count = 4000;    ///< camera only
};

/// @returns pictures at the network's size, see shape_of.
/// @throws InputError naming the file that is missing or damaged.
std::unique_ptr<LabelledImages> open_data_set(DataSetKind kind, Split split,
                                              const DataSetOptions& options);

/// Tells Fashion-MNIST's folder from CIFAR-10's by their files.
/// @throws InputError when the folder holds neither.
DataSetKind data_set_in(const std::string& directory);

/// The test pictures in a folder for a model with one image input: Fashion-MNIST's or CIFAR-10's
/// own files (Fashion-MNIST's give the camera set for a model of the camera set's shape), else a
/// folder with a sub-folder of pictures per class.
///
/// @param name  set to what they are, for the manifest
/// @throws InputError when there is nothing, or it does not have the model's shape or classes.
std::unique_ptr<LabelledImages> open_test_images(const std::string& directory,
                                                 const model::ModelManifest& manifest,
                                                 std::string& name);

/// "cifar10 test, 10000 images": what a manifest says its accuracies were measured on.
std::string describe(DataSetKind kind, const LabelledImages& images);

}  // namespace branchline::branchy_models
