#pragma once

#include <memory>
#include <string>
#include <vector>

#include "branchy_models/labelled_images.h"
#include "framework/model/model_manifest.h"

namespace branchline::lab {

/// Those of the first folder that suits a model.
struct TestPictures {
  std::unique_ptr<branchy_models::LabelledImages> images;  ///< nullptr: no folder suits
  std::string data_set;                                    ///< its name
  std::string problems;                                    ///< of the folders that do not suit
};

/// @param folders  looked at in turn, Debian's Fashion-MNIST last
/// @throws InputError when one is empty or no folder.
TestPictures find_test_pictures(const model::ModelManifest& manifest,
                                std::vector<std::string> folders);

}  // namespace branchline::lab
