#pragma once

#include <cstdint>
#include <string>

#include "branchy_models/script_network.h"

namespace branchline::branchy_models {

/// An exit's classifier: a 3 x 3 convolution of stride 2 to 64 channels, then the mean of each
/// channel, then one linear layer. Its layers are called `exit`, `exit`_pool and `exit`_fc.
NetworkValue pooled_head(ScriptNetwork& net, const std::string& exit, const NetworkValue& x,
                         std::int64_t classes);

}  // namespace branchline::branchy_models
