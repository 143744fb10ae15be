#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "framework/base/tensor.h"

namespace branchline::model {

/// One input of `forward`. An image input is given by users as an 8-bit picture of any size, HWC,
/// RGB (or gray, where the shape has one channel); it is resized to the shape's height and width,
/// and `(x / 255 - mean) / std` per channel makes the network's f32 NCHW input.
struct InputManifest {
  std::string name = "input";
  bool is_image = false;
  DType type = DType::f32;  ///< of what the network sees
  Shape shape;              ///< with a leading batch dimension of 1, e.g. {1, 3, 160, 160}
  std::vector<float> mean;  ///< per channel, in units of the 0..1 scaled pixel; image inputs only
  std::vector<float> std;   ///< per channel, > 0; image inputs only
  int jpeg_quality = 85;    ///< for sending the image as JPEG; image inputs only

  friend bool operator==(const InputManifest&, const InputManifest&) = default;
};

/// What `branchline calibrate` measured for one exit; exits stand in order, earliest first.
struct ExitManifest {
  std::string name;
  std::optional<double> accuracy;  ///< 0..1, top-1 on the calibration test set
  std::optional<double>
      entropy_threshold;  ///< nats; leave here when the softmax entropy is below (BranchyNet)
  std::optional<double>
      leave_share;  ///< 0..1, share of inputs that leave at this exit with these thresholds

  friend bool operator==(const ExitManifest&, const ExitManifest&) = default;
};

/// Accuracy per exit when everything that crosses a cut goes through this codec ("jpeg", "png",
/// "fp16", "int8").
struct CodecAccuracy {
  std::string codec;
  std::vector<double> accuracy;  ///< one per exit

  friend bool operator==(const CodecAccuracy&, const CodecAccuracy&) = default;
};

/// The manifest: what travels inside the .pt as the extra file `branchline.json` (schema
/// branchline.manifest/1). A model without one works; it has no names, no accuracies and no image
/// input.
struct ModelManifest {
  std::string name;
  std::vector<InputManifest> inputs;
  std::vector<std::string> classes;
  std::vector<ExitManifest> exits;
  std::vector<CodecAccuracy> codecs;
  std::string
      data_set;         ///< what the accuracies were measured on, e.g. "cifar10 test, 10000 images"
  std::string made_by;  ///< the command, seed and data that made the weights

  friend bool operator==(const ModelManifest&, const ModelManifest&) = default;
};

std::string to_json(const ModelManifest& manifest);

/// @throws InputError (InputKind::model) naming `where` and the field when the text is not a valid
/// manifest.
ModelManifest manifest_from_json(const std::string& text, const std::string& where);

/// @returns the manifest inside the archive; a default one when the file holds none.
/// @throws InputError (InputKind::model) when the file cannot be read or its manifest is not valid.
ModelManifest read_manifest(const std::string& model_file);

/// Replaces the manifest inside the archive. Every other entry keeps its bytes, so the network
/// digest stays the same. Writes a temporary file beside the model and renames it: a crash leaves
/// the old file.
/// @throws InputError (InputKind::model) when the file is no TorchScript archive; RunError when it
/// cannot be written.
void write_manifest(const std::string& model_file, const ModelManifest& manifest);

}  // namespace branchline::model
