#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "framework/model/model_manifest.h"

namespace branchline::lab {

/// What is sent to a network in an experiment.
struct NetworkPictures {
  std::vector<at::Tensor> pictures;  ///< as unit 0 puts them out, in the order they are sent
  std::string source;                ///< for people
};

/// @throws InputError (InputKind::model) naming `file` unless the manifest declares one picture as
/// the network's input.
void require_picture_input(const model::ModelManifest& manifest, const std::string& file);

/// Of the first folder that suits the network, 64 in the order of the seed.
/// @param problems  set to why no folder suits, when none does
/// @throws InputError when a folder is empty or none.
std::optional<NetworkPictures> test_pictures_for(const model::ModelManifest& manifest,
                                                 const std::vector<std::string>& folders,
                                                 std::int64_t seed, std::string& problems);

/// The first 64 frames of a folder or a video, without labels.
/// @throws InputError when it cannot be opened or holds no frame that can be read.
NetworkPictures frames_for(const model::ModelManifest& manifest, const std::string& input);

}  // namespace branchline::lab
