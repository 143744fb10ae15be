#include "apps/lab/test_pictures.h"

#include <filesystem>

#include "branchy_models/data_sets.h"
#include "framework/base/error.h"

namespace branchline::lab {
namespace {

constexpr const char* kFashionMnist = "/usr/share/datasets/fashion-mnist";

}  // namespace

TestPictures find_test_pictures(const model::ModelManifest& manifest,
                                std::vector<std::string> folders) {
  for (const std::string& folder : folders) {
    std::error_code unreadable;
    if (std::filesystem::is_empty(folder, unreadable) || unreadable) {
      throw InputError("it is empty or no folder", "--data " + folder,
                       "give a folder of test pictures");
    }
  }
  folders.push_back(kFashionMnist);
  TestPictures found;
  for (const std::string& folder : folders) {
    try {
      found.images = branchy_models::open_test_images(folder, manifest, found.data_set);
      return found;
    } catch (const InputError& error) {
      found.problems += (found.problems.empty() ? "" : "; ") + std::string(error.what());
    }
  }
  return found;
}

}  // namespace branchline::lab
