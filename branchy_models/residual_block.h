#pragma once

#include <cstdint>
#include <string>

#include "branchy_models/script_network.h"

namespace branchline::branchy_models {

/// relu(shortcut(x) + bn(conv(relu(bn(conv(x)))))): He et al.'s basic block. The shortcut is x
/// itself, or a 1 x 1 convolution with batch normalisation where the shape changes.
NetworkValue residual_block(ScriptNetwork& net, const std::string& name, const NetworkValue& x,
                            std::int64_t channels, std::int64_t stride);

}  // namespace branchline::branchy_models
