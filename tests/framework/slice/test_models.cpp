#include "test_models.h"

#include <unistd.h>

#include "script_text.h"

namespace branchline::testing {

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "branchline-slice-XXXXXX").string();
  path_ = mkdtemp(name.data());
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::shared_ptr<const model::Model> load_text(const std::string& forward,
                                              const std::vector<at::Tensor>& weights,
                                              const std::vector<Shape>& inputs) {
  const TemporaryFolder folder;
  const std::string file = folder.file("model.pt");
  script_module(forward, weights).save(file);
  return model::Model::load(file, {inputs});
}

std::shared_ptr<const model::Model> two_exit_model() {
  at::manual_seed(11);
  return load_text(
      "def forward(self, x):\n"
      "    a = torch.relu_(torch.conv2d(x, self.w0, self.w1, [1, 1], [1, 1], [1, 1], 1))\n"
      "    early = torch.linear(torch.mean(a, [2, 3]), self.w2)\n"
      "    b = torch.conv2d(a, self.w3, self.w1, [1, 1], [1, 1], [1, 1], 1)\n"
      "    b += a\n"
      "    c = torch.dropout(torch.hardswish(b), 0.5, False)\n"
      "    d, e = torch.chunk(c, 2, 1)\n"
      "    f = torch.cat([torch.sigmoid(e), d], 1)\n"
      "    g = f.reshape([f.size(0), f.size(1), -1])\n"
      "    return early, torch.linear(torch.mean(g, [2]), self.w2)\n",
      {at::randn({24, 3, 3, 3}), at::randn({24}), at::randn({5, 24}),
       at::randn({24, 24, 3, 3}) * 0.1},
      {{1, 3, 12, 12}});
}

}  // namespace branchline::testing
