#include "apps/branchline/experiments/picture_flags.h"

#include <CLI/CLI.hpp>
#include <filesystem>

#include "branchy_models/data_sets.h"
#include "framework/base/error.h"

namespace branchline::apps {
namespace {

constexpr const char* kFashionMnist = "/usr/share/datasets/fashion-mnist";

}  // namespace

void add_picture_flags(CLI::App& command, PictureFlags& flags) {
  command.add_option("MODEL", flags.models, "Repeatable; default: shipped ones")
      ->type_name("MODEL.pt");
  command
      .add_option("--data", flags.data,
                  "Folder of test pictures, repeatable; each model takes the first that suits it, "
                  "Debian's Fashion-MNIST at last")
      ->type_name("DIR");
  command.add_option("--images", flags.images, "Test pictures used, 0: all")
      ->check(CLI::Range(0, 1000000))
      ->capture_default_str();
}

TestPictures pictures_for(const model::Model& model, const PictureFlags& flags) {
  std::vector<std::string> folders = flags.data;
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
      found.images = branchy_models::open_test_images(folder, model.manifest(), found.data_set);
      return found;
    } catch (const InputError& error) {
      found.problems += (found.problems.empty() ? "" : "; ") + std::string(error.what());
    }
  }
  return found;
}

}  // namespace branchline::apps
