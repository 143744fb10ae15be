#pragma once

#include <string>

#include "framework/model/model_manifest.h"

namespace branchline::apps {

/// Accuracy, threshold and leave share per exit, and accuracy through the codecs, for people.
std::string manifest_table(const model::ModelManifest& manifest);

}  // namespace branchline::apps
