#include "apps/branchline/experiments/picture_flags.h"

#include <CLI/CLI.hpp>

namespace branchline::apps {

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

lab::TestPictures pictures_for(const model::Model& model, const PictureFlags& flags) {
  return lab::find_test_pictures(model.manifest(), flags.data);
}

}  // namespace branchline::apps
