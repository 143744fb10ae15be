#include "branchy_models/b_alexnet.h"

#include <string>

#include "branchy_models/script_network.h"

namespace branchline::branchy_models {
namespace {

/// BranchyNet's head after an early convolution, eight layers: conv relu pool, conv relu pool,
/// dropout, linear.
NetworkValue convolutional_head(ScriptNetwork& net, const std::string& exit, NetworkValue x,
                                std::int64_t classes) {
  x = net.relu(exit + "_relu1", net.conv(exit + "_conv1", x, {32, 3, 1, 1}));
  x = net.max_pool(exit + "_pool1", x);
  x = net.relu(exit + "_relu2", net.conv(exit + "_conv2", x, {48, 3, 1, 1}));
  x = net.max_pool(exit + "_pool2", x);
  return net.linear(exit + "_fc", net.dropout(exit + "_drop", x, 0.1), classes);
}

/// AlexNet's own ending, eight layers: pool, then linear relu dropout twice, then linear.
NetworkValue linear_head(ScriptNetwork& net, const std::string& exit, NetworkValue x,
                         std::int64_t classes) {
  x = net.max_pool(exit + "_pool", x);
  x = net.relu(exit + "_relu1", net.linear(exit + "_fc1", x, 192));
  x = net.dropout(exit + "_drop1", x, 0.2);
  x = net.relu(exit + "_relu2", net.linear(exit + "_fc2", x, 128));
  x = net.dropout(exit + "_drop2", x, 0.1);
  return net.linear(exit + "_fc3", x, classes);
}

/// The head between the two, nine layers: conv relu, conv relu, pool, linear relu dropout, linear.
NetworkValue mixed_head(ScriptNetwork& net, const std::string& exit, NetworkValue x,
                        std::int64_t classes) {
  x = net.relu(exit + "_relu1", net.conv(exit + "_conv1", x, {64, 1, 1, 0}));
  x = net.relu(exit + "_relu2", net.conv(exit + "_conv2", x, {48, 3, 1, 1}));
  x = net.max_pool(exit + "_pool", x);
  x = net.relu(exit + "_relu3", net.linear(exit + "_fc1", x, 96));
  return net.linear(exit + "_fc2", net.dropout(exit + "_drop", x, 0.1), classes);
}

}  // namespace

Network build_b_alexnet(const NetworkShape& shape) {
  ScriptNetwork net("b_alexnet", shape);

  // Trunk layers 1-4 and 5-8.
  NetworkValue x = net.relu("relu1", net.conv("conv1", net.input(), {32, 5, 1, 2}));
  x = net.local_response_norm("lrn1", net.max_pool("pool1", x));
  const NetworkValue exit1 = convolutional_head(net, "exit1", x, shape.classes);

  x = net.relu("relu2", net.conv("conv2", x, {64, 3, 1, 1}));
  x = net.local_response_norm("lrn2", net.max_pool("pool2", x));
  const NetworkValue exit2 = convolutional_head(net, "exit2", x, shape.classes);

  // Layers 9-10, 11-12 and 13-14.
  x = net.relu("relu3", net.conv("conv3", x, {96, 3, 1, 1}));
  const NetworkValue exit3 = mixed_head(net, "exit3", x, shape.classes);

  x = net.relu("relu4", net.conv("conv4", x, {96, 3, 1, 1}));
  const NetworkValue exit4 = linear_head(net, "exit4", x, shape.classes);

  x = net.relu("relu5", net.conv("conv5", x, {64, 3, 1, 1}));
  const NetworkValue exit5 = linear_head(net, "exit5", x, shape.classes);
  return net.finish({exit1, exit2, exit3, exit4, exit5});
}

}  // namespace branchline::branchy_models
