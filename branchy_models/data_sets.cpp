#include "branchy_models/data_sets.h"

#include <filesystem>
#include <optional>

#include "branchy_models/camera_dataset.h"
#include "branchy_models/cifar10.h"
#include "branchy_models/fashion_mnist.h"
#include "branchy_models/image_folder.h"
#include "framework/base/error.h"

namespace branchline::branchy_models {
namespace {

/// The camera set at the network's size; owns what ResizedImages refers to.
class CameraImages : public LabelledImages {
 public:
  explicit CameraImages(const CameraOptions& options)
      : frames_(options),
        resized_(frames_, static_cast<int>(shape_of(DataSetKind::camera).height),
                 static_cast<int>(shape_of(DataSetKind::camera).width)) {}

  std::int64_t size() const override { return frames_.size(); }
  LabelledImage at(std::int64_t index, std::uint64_t epoch) const override {
    return resized_.at(index, epoch);
  }
  const std::vector<std::string>& classes() const override { return frames_.classes(); }

 private:
  CameraDataset frames_;
  ResizedImages resized_;
};

std::optional<DataSetKind> known_files_in(const std::string& directory) {
  const std::filesystem::path folder(directory);
  if (std::filesystem::exists(folder / "test_batch.bin")) return DataSetKind::cifar10;
  for (const char* name : {"t10k-labels-idx1-ubyte.gz", "t10k-labels-idx1-ubyte"}) {
    if (std::filesystem::exists(folder / name)) return DataSetKind::fashion_mnist;
  }
  return std::nullopt;
}

Shape input_shape_of(DataSetKind kind) {
  const NetworkShape shape = shape_of(kind);
  return {1, shape.channels, shape.height, shape.width};
}

}  // namespace

const char* name_of(DataSetKind kind) noexcept {
  switch (kind) {
    case DataSetKind::fashion_mnist:
      return "fashion-mnist";
    case DataSetKind::cifar10:
      return "cifar10";
    case DataSetKind::camera:
      return "camera";
  }
  return "?";
}

NetworkShape shape_of(DataSetKind kind) {
  switch (kind) {
    case DataSetKind::fashion_mnist:
      return {1, 28, 28, 10};
    case DataSetKind::cifar10:
      return {3, 32, 32, 10};
    case DataSetKind::camera:
      return {3, 160, 160, 10};
  }
  return {};
}

Normalisation normalisation_of(DataSetKind kind) {
  switch (kind) {
    case DataSetKind::fashion_mnist:
      return {{0.286F}, {0.353F}};
    case DataSetKind::cifar10:
      return {{0.491F, 0.482F, 0.447F}, {0.247F, 0.243F, 0.262F}};
    case DataSetKind::camera:
      return {{0.45F, 0.45F, 0.45F}, {0.25F, 0.25F, 0.25F}};
  }
  return {};
}

std::unique_ptr<LabelledImages> open_data_set(DataSetKind kind, Split split,
                                              const DataSetOptions& options) {
  switch (kind) {
    case DataSetKind::fashion_mnist:
      return std::make_unique<StoredImages>(read_fashion_mnist(options.directory, split));
    case DataSetKind::cifar10:
      return std::make_unique<StoredImages>(read_cifar10(options.directory, split));
    case DataSetKind::camera:
      break;
  }
  CameraOptions camera;
  camera.objects = options.directory;
  camera.videos = options.videos;
  camera.split = split;
  camera.seed = options.seed;
  camera.count = split == Split::train ? options.train_count : options.test_count;
  return std::make_unique<CameraImages>(camera);
}

DataSetKind data_set_in(const std::string& directory) {
  if (const auto kind = known_files_in(directory)) return *kind;
  throw InputError(
      "holds neither Fashion-MNIST (t10k-labels-idx1-ubyte.gz) nor CIFAR-10 "
      "(test_batch.bin)",
      directory, "give the folder with the data set's own files");
}

std::unique_ptr<LabelledImages> open_test_images(const std::string& directory,
                                                 const model::ModelManifest& manifest,
                                                 std::string& name) {
  const Shape& shape = manifest.inputs.at(0).shape;
  std::optional<DataSetKind> kind = known_files_in(directory);
  if (!kind) {
    name = std::filesystem::path(directory).filename().string();
    return std::make_unique<ImageFolder>(directory, manifest.classes, static_cast<int>(shape.at(2)),
                                         static_cast<int>(shape.at(3)),
                                         static_cast<int>(shape.at(1)));
  }
  if (kind == DataSetKind::fashion_mnist && shape == input_shape_of(DataSetKind::camera)) {
    kind = DataSetKind::camera;
  }
  if (shape != input_shape_of(*kind)) {
    throw InputError(std::string("is ") + name_of(*kind) + ", whose pictures have another size",
                     directory, "give the data that the model was made for");
  }
  name = std::string(name_of(*kind)) + " test";
  DataSetOptions options;
  options.directory = directory;
  auto images = open_data_set(*kind, Split::test, options);
  if (!manifest.classes.empty() && images->classes() != manifest.classes) {
    throw InputError(std::string("is ") + name_of(*kind) + ", which has other classes", directory,
                     "give the data that the model was made for");
  }
  return images;
}

std::string describe(DataSetKind kind, const LabelledImages& images) {
  return std::string(name_of(kind)) + " test, " + std::to_string(images.size()) + " images";
}

}  // namespace branchline::branchy_models
