#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace torch::jit {
struct Module;
}

namespace branchline::branchy_models {

/// What a network of the zoo is built for: f32 NCHW input of one image, and its number of classes.
struct NetworkShape {
  std::int64_t channels = 3;
  std::int64_t height = 32;
  std::int64_t width = 32;
  std::int64_t classes = 10;

  friend bool operator==(const NetworkShape&, const NetworkShape&) = default;
};

/// One layer as papers count them: conv, relu, pool, lrn, dropout, linear, batch_norm, add, tanh.
struct Layer {
  std::string name;  ///< also the name of the value it makes
  std::string kind;
  std::vector<std::string> inputs;  ///< names of the layers it reads; "x" is the network's input
  std::int64_t macs = 0;            ///< multiply-accumulates for one image
  std::int64_t elements = 0;        ///< of its output for one image
};

/// A branchy network: a TorchScript module whose forward(x) returns one logits tensor per exit,
/// earliest first, and the list of its layers in the order they run.
struct Network {
  std::shared_ptr<torch::jit::Module> module;
  std::vector<Layer> layers;
  std::vector<std::string> exits;  ///< the layers that make the exits' logits
};

/// The layers that `layer` needs, itself included, in the order they run.
std::vector<Layer> layers_up_to(const Network& network, const std::string& layer);

/// Multiply-accumulates for one image of everything that `layer` needs, itself included.
std::int64_t macs_up_to(const Network& network, const std::string& layer);

}  // namespace branchline::branchy_models
