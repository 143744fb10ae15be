#include "apps/branchline/verbs/plan_graph.h"

#include "apps/branchline/text_file.h"
#include "framework/base/error.h"
#include "framework/model/model.h"
#include "framework/profile/profile_json.h"
#include "framework/profile/unit_timer.h"

namespace branchline::apps {

graph::LayerGraph profiled_graph(const std::string& model_file, const std::string& profile_file,
                                 const std::vector<Shape>& input_shapes) {
  const std::string text = read_text_file(
      profile_file, "measure one: branchline profile " + model_file + " -o " + profile_file);
  const profile::Profile profile = profile::profile_from_json(text, profile_file);
  if (profile.edge.empty()) {
    throw InputError("holds the device's times only", profile_file,
                     "measure the edge too: branchline profile " + model_file +
                         " --edge HOST:PORT -o " + profile_file);
  }
  const auto model = model::Model::load(model_file, {input_shapes});
  return profile::with_times(model->layers(), profile);
}

}  // namespace branchline::apps
