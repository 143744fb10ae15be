#include "branchy_models/network.h"

#include <algorithm>
#include <set>

#include "framework/base/error.h"

namespace branchline::branchy_models {

std::vector<Layer> layers_up_to(const Network& network, const std::string& layer) {
  std::set<std::string> needed = {layer};
  std::vector<Layer> found;
  for (auto candidate = network.layers.rbegin(); candidate != network.layers.rend(); ++candidate) {
    if (needed.count(candidate->name) == 0) continue;
    needed.insert(candidate->inputs.begin(), candidate->inputs.end());
    found.push_back(*candidate);
  }
  BL_EXPECT(!found.empty(), "the network has no layer '" + layer + "'");
  std::reverse(found.begin(), found.end());
  return found;
}

std::int64_t macs_up_to(const Network& network, const std::string& layer) {
  std::int64_t macs = 0;
  for (const Layer& needed : layers_up_to(network, layer)) macs += needed.macs;
  return macs;
}

}  // namespace branchline::branchy_models
