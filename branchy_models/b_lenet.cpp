#include "branchy_models/b_lenet.h"

#include "branchy_models/script_network.h"

namespace branchline::branchy_models {

Network build_b_lenet(const NetworkShape& shape) {
  ScriptNetwork net("b_lenet", shape);
  const PoolOptions halve{2, 2, 0};

  NetworkValue x = net.relu("relu1", net.conv("conv1", net.input(), {8, 5, 1, 2}));
  x = net.max_pool("pool1", x, halve);

  NetworkValue e1 = net.relu("exit1_relu", net.conv("exit1_conv", x, {12, 3, 2, 1}));
  e1 = net.linear("exit1_fc", net.max_pool("exit1_pool", e1, halve), shape.classes);

  x = net.relu("relu2", net.conv("conv2", x, {24, 5, 1, 2}));
  x = net.max_pool("pool2", x, halve);

  NetworkValue e2 = net.relu("exit2_relu", net.conv("exit2_conv", x, {24, 3, 1, 1}));
  e2 = net.linear("exit2_fc", net.max_pool("exit2_pool", e2, halve), shape.classes);

  x = net.relu("relu3", net.conv("conv3", x, {48, 3, 1, 1}));
  x = net.relu("relu4", net.linear("fc4", net.max_pool("pool3", x, halve), 120));
  x = net.relu("relu5", net.linear("fc5", x, 84));
  return net.finish({e1, e2, net.linear("fc6", x, shape.classes)});
}

}  // namespace branchline::branchy_models
