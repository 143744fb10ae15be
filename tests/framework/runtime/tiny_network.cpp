#include "tests/framework/runtime/tiny_network.h"

#include <torch/script.h>

#include <limits>

#include "framework/model/model_manifest.h"
#include "framework/model/tensor_bridge.h"
#include "framework/slice/agreement.h"

namespace branchline::testing {

namespace {

model::ModelManifest manifest_of_pictures(const std::string& name) {
  model::ModelManifest manifest;
  manifest.name = name;
  model::InputManifest input;
  input.is_image = true;
  input.shape = {1, 3, 8, 8};
  input.mean = {0.5F, 0.5F, 0.5F};
  input.std = {0.25F, 0.25F, 0.25F};
  manifest.inputs = {input};
  manifest.classes = {"a", "b", "c", "d"};
  return manifest;
}

}  // namespace

std::string write_tiny_network(const std::string& folder, int seed) {
  torch::manual_seed(static_cast<std::uint64_t>(seed));
  torch::jit::Module net("TinyNetwork");
  const auto weight = [&net](const std::string& name, std::initializer_list<std::int64_t> shape) {
    net.register_parameter(name, 0.3 * torch::randn(torch::IntArrayRef(shape)), false);
  };
  weight("trunk1", {8, 3, 3, 3});
  weight("trunk2", {16, 8, 3, 3});
  weight("trunk3", {32, 16, 3, 3});
  weight("head1", {4, 8});
  weight("head2", {4, 16});
  weight("head3", {4, 32});
  net.define(R"(
    def forward(self, x):
        a = torch.relu(torch.conv2d(x, self.trunk1, None, [1, 1], [1, 1]))
        e1 = torch.matmul(torch.mean(a, [2, 3]), self.head1.t())
        b = torch.relu(torch.conv2d(a, self.trunk2, None, [1, 1], [1, 1]))
        e2 = torch.matmul(torch.mean(b, [2, 3]), self.head2.t())
        c = torch.relu(torch.conv2d(b, self.trunk3, None, [1, 1], [1, 1]))
        e3 = torch.matmul(torch.mean(c, [2, 3]), self.head3.t())
        return e1, e2, e3
  )");
  net.eval();
  const std::string file = folder + "/tiny" + std::to_string(seed) + ".pt";
  net.save(file);
  model::ModelManifest manifest = manifest_of_pictures("tiny" + std::to_string(seed));
  manifest.exits = {{"exit1", 0.6, {}, {}}, {"exit2", 0.8, {}, {}}, {"exit3", 0.9, {}, {}}};
  model::write_manifest(file, manifest);
  return file;
}

std::string write_baked_network(const std::string& folder) {
  torch::jit::Module net("BakedNetwork");
  net.register_parameter("head", torch::randn({4, 192}), false);
  net.define(R"(
    def forward(self, x):
        return torch.matmul(torch.relu(x).reshape([1, 192]), self.head.t())
  )");
  net.eval();
  const std::string file = folder + "/baked.pt";
  net.save(file);
  model::ModelManifest manifest = manifest_of_pictures("baked");
  manifest.exits = {{"exit1", 0.6, {}, {}}};
  model::write_manifest(file, manifest);
  return file;
}

double relative_error(const at::Tensor& whole, const Tensor& answer) {
  const at::Tensor got = model::to_torch(answer).flatten();
  const slice::Agreement agreement = slice::compare(whole.flatten(), got);
  return agreement.comparable ? agreement.relative() : std::numeric_limits<double>::infinity();
}

}  // namespace branchline::testing
