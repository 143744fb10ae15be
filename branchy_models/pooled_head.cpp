#include "branchy_models/pooled_head.h"

namespace branchline::branchy_models {

NetworkValue pooled_head(ScriptNetwork& net, const std::string& exit, const NetworkValue& x,
                         std::int64_t classes) {
  const NetworkValue features = net.conv_bn_relu(exit, x, {64, 3, 2, 1});
  return net.linear(exit + "_fc", net.global_average_pool(exit + "_pool", features), classes);
}

}  // namespace branchline::branchy_models
