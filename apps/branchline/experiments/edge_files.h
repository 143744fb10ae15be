#pragma once

#include <optional>
#include <string>

#include "apps/lab/run_folder.h"

namespace branchline::apps {

/// What `adaptation`, `streams`, `faults` and `load` need for an edge of their own.

/// The model that the user named, else the shipped b_camera.
/// @throws InputError (InputKind::model) when there is no such file
std::string model_or_camera(const std::string& named);

/// Where branchlined's own words go: into the folder, if there is one.
std::string edge_log(const std::optional<lab::RunFolder>& folder);

}  // namespace branchline::apps
