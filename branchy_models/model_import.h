#pragma once

#include <string>
#include <vector>

#include "framework/base/tensor.h"
#include "framework/model/model_manifest.h"

namespace branchline::branchy_models {

/// What is said about a model that was made elsewhere.
struct ImportRequest {
  std::string model;                 ///< TorchScript file; its manifest is written into it
  Shape shape;                       ///< of the input, with the batch dimension
  std::string name;                  ///< empty means the file's name
  std::vector<std::string> exits;    ///< names; empty means exit1, exit2, …
  std::vector<std::string> classes;  ///< empty means the data's sub-folders, else none
  bool is_image = false;
  std::vector<float> mean;  ///< per channel; empty means 0
  std::vector<float> std;   ///< per channel; empty means 1
  int jpeg_quality = 85;
};

/// Runs forward once on the shape, checks that it returns one finite logits tensor per exit, as
/// many as names were given, all with as many classes as were named; calibrates when `data` is
/// given (a folder with a sub-folder of pictures per class) and writes the manifest.
/// @throws InputError naming what does not fit, with the network's numbers; nothing is written
/// then.
model::ModelManifest import_model(const ImportRequest& request, const std::string& data = "");

}  // namespace branchline::branchy_models
