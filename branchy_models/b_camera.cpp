#include "branchy_models/b_camera.h"

#include "branchy_models/pooled_head.h"
#include "branchy_models/residual_block.h"
#include "branchy_models/script_network.h"

namespace branchline::branchy_models {
namespace {

Network build(const std::string& name, const NetworkShape& shape,
              std::int64_t bottleneck_channels) {
  ScriptNetwork net(name, shape);
  NetworkValue x = net.conv_bn_relu("stem", net.input(), {16, 3, 2, 1});
  x = net.conv_bn_relu("front1", x, {24, 3, 2, 1});
  x = net.conv_bn_relu("front2", x, {48, 3, 2, 1});
  const NetworkValue exit1 = pooled_head(net, "exit1", x, shape.classes);

  x = net.conv_bn_relu("front3", x, {48, 3, 1, 1});
  x = net.conv_bn_relu("front4", x, {64, 3, 2, 1});
  const NetworkValue exit2 = pooled_head(net, "exit2", x, shape.classes);

  // tanh bounds the values, so that eight bits over a fixed range hold them.
  x = net.conv("bottleneck_conv", x, {bottleneck_channels, 1, 1, 0, /*bias=*/false});
  x = net.tanh(kCameraBottleneck, net.batch_norm("bottleneck_bn", x));

  x = net.conv_bn_relu("widen", x, {128, 3, 1, 1});
  x = residual_block(net, "tail1", x, 128, 1);
  const NetworkValue exit3 = pooled_head(net, "exit3", x, shape.classes);

  x = residual_block(net, "tail2", x, 128, 1);
  x = residual_block(net, "tail3", x, 192, 2);
  x = net.global_average_pool("pool", x);
  return net.finish({exit1, exit2, exit3, net.linear("fc", x, shape.classes)});
}

}  // namespace

Network build_b_camera(const NetworkShape& shape) { return build("b_camera", shape, 10); }

Network build_b_camera_wide(const NetworkShape& shape) { return build("b_camera_wide", shape, 64); }

}  // namespace branchline::branchy_models
