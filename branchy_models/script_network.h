#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "branchy_models/network.h"

namespace branchline::branchy_models {

/// A value inside a network while it is being written: its name in the text and its shape for one
/// image; a flat value has height and width 1.
struct NetworkValue {
  std::string name;
  std::int64_t channels = 0;
  std::int64_t height = 1;
  std::int64_t width = 1;
};

/// Kernels are square; stride and padding are the same in both directions.
struct ConvOptions {
  std::int64_t channels = 0;  ///< of the output
  std::int64_t kernel = 3;
  std::int64_t stride = 1;
  std::int64_t padding = 1;
  bool bias = true;  ///< false where a batch normalisation follows
};

struct PoolOptions {
  std::int64_t kernel = 3;
  std::int64_t stride = 2;
  std::int64_t padding = 1;
};

/// Writes a network: each call registers the layer's parameters, adds a line of TorchScript to
/// forward and a Layer to the list, and returns the new value. Layers are named after the call's
/// first argument, so that units and parameters of a model file can be recognised.
///
/// Weights start from LibTorch's default generator (Kaiming, fan in): seed it before.
class ScriptNetwork {
 public:
  ScriptNetwork(const std::string& name, const NetworkShape& shape);
  ~ScriptNetwork();

  NetworkValue input() const { return input_; }

  NetworkValue conv(const std::string& name, const NetworkValue& x, const ConvOptions& options);
  NetworkValue linear(const std::string& name, const NetworkValue& x, std::int64_t features);
  NetworkValue batch_norm(const std::string& name, const NetworkValue& x);
  NetworkValue relu(const std::string& name, const NetworkValue& x);
  NetworkValue tanh(const std::string& name, const NetworkValue& x);
  NetworkValue add(const std::string& name, const NetworkValue& x, const NetworkValue& y);
  NetworkValue max_pool(const std::string& name, const NetworkValue& x,
                        const PoolOptions& options = {});
  NetworkValue global_average_pool(const std::string& name, const NetworkValue& x);
  NetworkValue dropout(const std::string& name, const NetworkValue& x, double probability);

  /// AlexNet's normalisation across five neighbouring channels: alpha 1e-4, beta 0.75, k 1.
  NetworkValue local_response_norm(const std::string& name, const NetworkValue& x);

  /// conv without bias, batch_norm and relu, named name_conv, name_bn, name_relu.
  NetworkValue conv_bn_relu(const std::string& name, const NetworkValue& x, ConvOptions options);

  /// Compiles forward, which returns the tuple of these values. Call once, last.
  Network finish(const std::vector<NetworkValue>& exits);

 private:
  NetworkValue emit(const std::string& kind, const std::string& expression, NetworkValue result,
                    std::vector<std::string> inputs, std::int64_t macs = 0);

  Network network_;
  NetworkValue input_;
  std::string forward_;
};

}  // namespace branchline::branchy_models
