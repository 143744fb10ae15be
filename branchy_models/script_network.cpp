#include "branchy_models/script_network.h"

#include <fmt/format.h>
#include <torch/script.h>

#include <cmath>
#include <utility>

namespace branchline::branchy_models {
namespace {

/// Kaiming's initialisation for relu networks: variance 2 / fan in.
torch::Tensor kaiming(const std::vector<std::int64_t>& shape, std::int64_t fan_in) {
  return torch::randn(shape) * std::sqrt(2.0 / static_cast<double>(fan_in));
}

std::int64_t pooled_extent(std::int64_t extent, const PoolOptions& options) {
  return (extent + 2 * options.padding - options.kernel) / options.stride + 1;
}

}  // namespace

ScriptNetwork::ScriptNetwork(const std::string& name, const NetworkShape& shape)
    : input_{"x", shape.channels, shape.height, shape.width} {
  network_.module = std::make_shared<torch::jit::Module>(name);
  network_.module->register_attribute("training", c10::BoolType::get(), true);
  forward_ = "def forward(self, x: Tensor):\n";
}

ScriptNetwork::~ScriptNetwork() = default;

NetworkValue ScriptNetwork::emit(const std::string& kind, const std::string& expression,
                                 NetworkValue result, std::vector<std::string> inputs,
                                 std::int64_t macs) {
  forward_ += fmt::format("    {} = {}\n", result.name, expression);
  network_.layers.push_back(
      {result.name, kind, std::move(inputs), macs, result.channels * result.height * result.width});
  return result;
}

NetworkValue ScriptNetwork::conv(const std::string& name, const NetworkValue& x,
                                 const ConvOptions& options) {
  const std::int64_t k = options.kernel;
  const std::int64_t fan_in = x.channels * k * k;
  network_.module->register_parameter(name + "_weight",
                                      kaiming({options.channels, x.channels, k, k}, fan_in), false);
  std::string bias = "None";
  if (options.bias) {
    network_.module->register_parameter(name + "_bias", torch::zeros({options.channels}), false);
    bias = fmt::format("self.{}_bias", name);
  }
  const PoolOptions window{k, options.stride, options.padding};
  const NetworkValue result{name, options.channels, pooled_extent(x.height, window),
                            pooled_extent(x.width, window)};
  const std::string expression =
      fmt::format("torch.conv2d({0}, self.{1}_weight, {2}, [{3}, {3}], [{4}, {4}], [1, 1], 1)",
                  x.name, name, bias, options.stride, options.padding);
  const std::int64_t macs = fan_in * options.channels * result.height * result.width;
  return emit("conv", expression, result, {x.name}, macs);
}

NetworkValue ScriptNetwork::linear(const std::string& name, const NetworkValue& x,
                                   std::int64_t features) {
  const std::int64_t inputs = x.channels * x.height * x.width;
  network_.module->register_parameter(name + "_weight", kaiming({features, inputs}, inputs), false);
  network_.module->register_parameter(name + "_bias", torch::zeros({features}), false);
  const bool is_flat = x.height == 1 && x.width == 1;
  const std::string flat = is_flat ? x.name : fmt::format("torch.flatten({}, 1)", x.name);
  const std::string expression =
      fmt::format("torch.linear({0}, self.{1}_weight, self.{1}_bias)", flat, name);
  return emit("linear", expression, {name, features}, {x.name}, inputs * features);
}

NetworkValue ScriptNetwork::batch_norm(const std::string& name, const NetworkValue& x) {
  network_.module->register_parameter(name + "_weight", torch::ones({x.channels}), false);
  network_.module->register_parameter(name + "_bias", torch::zeros({x.channels}), false);
  network_.module->register_buffer(name + "_mean", torch::zeros({x.channels}));
  network_.module->register_buffer(name + "_var", torch::ones({x.channels}));
  const std::string expression = fmt::format(
      "torch.batch_norm({0}, self.{1}_weight, self.{1}_bias, self.{1}_mean, self.{1}_var, "
      "self.training, 0.1, 1e-05, True)",
      x.name, name);
  return emit("batch_norm", expression, {name, x.channels, x.height, x.width}, {x.name});
}

NetworkValue ScriptNetwork::relu(const std::string& name, const NetworkValue& x) {
  return emit("relu", fmt::format("torch.relu({})", x.name), {name, x.channels, x.height, x.width},
              {x.name});
}

NetworkValue ScriptNetwork::tanh(const std::string& name, const NetworkValue& x) {
  return emit("tanh", fmt::format("torch.tanh({})", x.name), {name, x.channels, x.height, x.width},
              {x.name});
}

NetworkValue ScriptNetwork::add(const std::string& name, const NetworkValue& x,
                                const NetworkValue& y) {
  return emit("add", fmt::format("torch.add({}, {})", x.name, y.name),
              {name, x.channels, x.height, x.width}, {x.name, y.name});
}

NetworkValue ScriptNetwork::max_pool(const std::string& name, const NetworkValue& x,
                                     const PoolOptions& options) {
  const std::string expression =
      fmt::format("torch.max_pool2d({0}, [{1}, {1}], [{2}, {2}], [{3}, {3}], [1, 1], False)",
                  x.name, options.kernel, options.stride, options.padding);
  return emit("pool", expression,
              {name, x.channels, pooled_extent(x.height, options), pooled_extent(x.width, options)},
              {x.name});
}

NetworkValue ScriptNetwork::global_average_pool(const std::string& name, const NetworkValue& x) {
  return emit("pool",
              fmt::format("torch.flatten(torch.adaptive_avg_pool2d({}, [1, 1]), 1)", x.name),
              {name, x.channels}, {x.name});
}

NetworkValue ScriptNetwork::dropout(const std::string& name, const NetworkValue& x,
                                    double probability) {
  return emit("dropout", fmt::format("torch.dropout({}, {}, self.training)", x.name, probability),
              {name, x.channels, x.height, x.width}, {x.name});
}

NetworkValue ScriptNetwork::local_response_norm(const std::string& name, const NetworkValue& x) {
  // Channels become the rows of a picture of one channel, so that a plain 5x1 average pool is the
  // mean over neighbouring channels. The fixed sizes keep the batch dimension free.
  const std::int64_t pixels = x.height * x.width;
  const std::string mean_of_squares = fmt::format(
      "torch.reshape(torch.avg_pool2d(torch.reshape(torch.mul({0}, {0}), [-1, 1, {1}, {2}]), "
      "[5, 1], [1, 1], [2, 0]), [-1, {1}, {3}, {4}])",
      x.name, x.channels, pixels, x.height, x.width);
  const std::string expression =
      fmt::format("torch.div({}, torch.pow(torch.add(torch.mul({}, 0.0001), 1.0), 0.75))", x.name,
                  mean_of_squares);
  return emit("lrn", expression, {name, x.channels, x.height, x.width}, {x.name});
}

NetworkValue ScriptNetwork::conv_bn_relu(const std::string& name, const NetworkValue& x,
                                         ConvOptions options) {
  options.bias = false;
  return relu(name + "_relu", batch_norm(name + "_bn", conv(name + "_conv", x, options)));
}

Network ScriptNetwork::finish(const std::vector<NetworkValue>& exits) {
  std::string names;
  for (const NetworkValue& exit : exits) {
    network_.exits.push_back(exit.name);
    names += (names.empty() ? "" : ", ") + exit.name;
  }
  forward_ += fmt::format("    return ({})\n", names);
  network_.module->define(forward_);
  return std::move(network_);
}

}  // namespace branchline::branchy_models
