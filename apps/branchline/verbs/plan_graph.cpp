#include "apps/branchline/verbs/plan_graph.h"

#include "apps/branchline/text_file.h"
#include "framework/base/error.h"
#include "framework/model/model.h"
#include "framework/profile/codec_table.h"
#include "framework/profile/profile_json.h"
#include "framework/profile/unit_timer.h"

namespace branchline::apps {

namespace {

profile::CodecTable codecs_of(const graph::LayerGraph& graph, const std::string& file) {
  const std::string fix = "measure it: branchline experiment codecs MODEL.pt -o DIR";
  for (profile::CodecTable& table :
       profile::codec_tables_from_json(read_text_file(file, fix), file)) {
    if (table.digest == graph.digest) return std::move(table);
  }
  throw InputError("holds no codecs of this model", file, fix, InputKind::model);
}

}  // namespace

graph::LayerGraph profiled_graph(const std::string& model_file, const std::string& profile_file,
                                 const std::vector<Shape>& input_shapes,
                                 const std::string& codec_file) {
  const std::string text = read_text_file(
      profile_file, "measure one: branchline profile " + model_file + " -o " + profile_file);
  const profile::Profile profile = profile::profile_from_json(text, profile_file);
  if (profile.edge.empty()) {
    throw InputError("holds the device's times only", profile_file,
                     "measure the edge too: branchline profile " + model_file +
                         " --edge HOST:PORT -o " + profile_file);
  }
  const auto model = model::Model::load(model_file, {input_shapes});
  graph::LayerGraph graph = profile::with_times(model->layers(), profile);
  if (codec_file.empty()) return graph;
  std::vector<double> slowdowns = {profile.device.slowdown};
  for (const profile::TierProfile& tier : profile.edge) slowdowns.push_back(tier.slowdown);
  const profile::CodecTable table = codecs_of(graph, codec_file);
  return profile::with_codecs(std::move(graph), table, slowdowns);
}

}  // namespace branchline::apps
