#include "apps/branchline/experiments/edge_files.h"

#include <unistd.h>

#include <filesystem>

#include "apps/lab/edge_process.h"
#include "framework/base/error.h"

namespace branchline::apps {

std::string model_or_camera(const std::string& named) {
  if (named.empty()) return lab::find_shipped_file("branchy_models/pretrained/b_camera.pt");
  if (!std::filesystem::is_regular_file(named)) {
    throw InputError("there is no such file", named, "give a MODEL.pt", InputKind::model);
  }
  return named;
}

std::string edge_log(const std::optional<lab::RunFolder>& folder) {
  if (folder) return folder->path("branchlined.log");
  const std::string name = "branchline-edge-" + std::to_string(::getpid()) + ".log";
  return (std::filesystem::temp_directory_path() / name).string();
}

}  // namespace branchline::apps
