#pragma once

#include <string>
#include <vector>

#include "branchy_models/exit_outputs.h"
#include "framework/model/model_manifest.h"

namespace branchline::branchy_models {

struct CalibrationOptions {
  double allowed_loss =
      0.005;             ///< of accuracy, that early leaving may cost against the deepest exit
  std::string crossing;  ///< name of the value that is sent through fp16 and int8; where the module
                         ///< has none of this name, those two are not measured
};

/// Measures accuracy per exit, entropy thresholds, leave shares, and the accuracy through each
/// codec, and puts them into the manifest: thresholds from the images with even index, shares from
/// those with odd index, all else from all. PNG and JPEG (at the manifest's quality) change the
/// input picture; fp16 and int8 (affine per channel, as the transport's codec) change `crossing`.
///
/// @param module    as loaded: neither frozen nor optimised
/// @param manifest  declares one image input of the images' size; its exits are named, or get names
/// @throws InputError (InputKind::model) when forward does not fit the images.
/// Takes one pass over the images, and one per lossy codec.
void calibrate(torch::jit::Module& module, const LabelledImages& images,
               const CalibrationOptions& options, model::ModelManifest& manifest);

}  // namespace branchline::branchy_models
