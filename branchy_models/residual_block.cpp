#include "branchy_models/residual_block.h"

namespace branchline::branchy_models {

NetworkValue residual_block(ScriptNetwork& net, const std::string& name, const NetworkValue& x,
                            std::int64_t channels, std::int64_t stride) {
  NetworkValue y = net.conv_bn_relu(name + "_a", x, {channels, 3, stride, 1});
  y = net.conv(name + "_b_conv", y, {channels, 3, 1, 1, /*bias=*/false});
  y = net.batch_norm(name + "_b_bn", y);
  NetworkValue shortcut = x;
  if (stride != 1 || x.channels != channels) {
    shortcut = net.conv(name + "_shortcut_conv", x, {channels, 1, stride, 0, /*bias=*/false});
    shortcut = net.batch_norm(name + "_shortcut_bn", shortcut);
  }
  return net.relu(name + "_relu", net.add(name + "_add", y, shortcut));
}

}  // namespace branchline::branchy_models
