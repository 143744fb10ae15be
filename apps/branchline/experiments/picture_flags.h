#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/lab/test_pictures.h"
#include "branchy_models/labelled_images.h"
#include "framework/model/model.h"

namespace CLI {
class App;
}

namespace branchline::apps {

/// Models and the test pictures for them: `codecs` and `traces`.
struct PictureFlags {
  std::vector<std::string> models;  ///< empty: shipped ones
  std::vector<std::string> data;    ///< folders; Debian's Fashion-MNIST is looked at last
  std::int64_t images = 1000;       ///< 0: all

  std::int64_t count_of(const branchy_models::LabelledImages& all) const {
    return images > 0 ? images : all.size();
  }
};

/// They must outlive the parsing.
void add_picture_flags(CLI::App& command, PictureFlags& flags);

/// Those of the first folder that suits the model.
lab::TestPictures pictures_for(const model::Model& model, const PictureFlags& flags);

}  // namespace branchline::apps
