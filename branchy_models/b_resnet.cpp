#include "branchy_models/b_resnet.h"

#include "branchy_models/pooled_head.h"
#include "branchy_models/residual_block.h"
#include "branchy_models/script_network.h"

namespace branchline::branchy_models {

Network build_b_resnet(const NetworkShape& shape) {
  ScriptNetwork net("b_resnet", shape);
  NetworkValue x = net.conv_bn_relu("stem", net.input(), {24, 3, 1, 1});
  x = residual_block(net, "block1", x, 32, 2);
  const NetworkValue exit1 = pooled_head(net, "exit1", x, shape.classes);

  x = residual_block(net, "block2", x, 32, 1);
  const NetworkValue exit2 = pooled_head(net, "exit2", x, shape.classes);

  x = residual_block(net, "block3", x, 64, 2);
  x = residual_block(net, "block4", x, 64, 1);
  const NetworkValue exit3 = pooled_head(net, "exit3", x, shape.classes);

  x = residual_block(net, "block5", x, 128, 2);
  x = net.global_average_pool("pool", x);
  return net.finish({exit1, exit2, exit3, net.linear("fc", x, shape.classes)});
}

}  // namespace branchline::branchy_models
