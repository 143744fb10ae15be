#include "framework/model/model.h"

#include <gmock/gmock.h>
#include <torch/script.h>

#include <filesystem>
#include <fstream>

#include "framework/base/error.h"
#include "framework/model/tensor_bridge.h"
#include "tests/framework/model/script_file.h"

namespace branchline::testing {
namespace {

using model::Model;
using ::testing::HasSubstr;

const Shape kPicture = {1, 3, 8, 8};

at::Tensor weight(const Shape& shape) {
  torch::manual_seed(11);
  return torch::randn(shape) * 0.3;
}

/// Loads, runs every unit by itself against the module, and hands the model out.
std::shared_ptr<const Model> checked(const std::string& body,
                                     const std::vector<Shape>& inputs = {kPicture},
                                     const std::vector<at::Tensor>& weights = {}) {
  const ScriptFile file(body, weights);
  std::shared_ptr<const Model> model = load(file, inputs);
  expect_units_equal_module(*model, random_inputs(inputs));
  return model;
}

TEST(ModelLoad, FusesConvolutionBatchNormAndRelu) {
  const auto model = checked(R"(
def forward(self, x):
    y = torch.conv2d(x, self.w0, None, [1, 1], [1, 1])
    y = torch.batch_norm(y, self.w1, self.w1, self.w1, torch.abs(self.w1), False, 0.1, 1e-5, False)
    y = torch.relu_(y)
    y = torch.max_pool2d(y, [2, 2])
    return torch.linear(torch.flatten(y, 1), self.w2)
)",
                             {kPicture}, {weight({4, 3, 3, 3}), weight({4}), weight({10, 64})});
  EXPECT_EQ(types_of(*model), "input conv pool linear");
  EXPECT_EQ(model->layers().units[1].name, "w0 conv+relu");
  EXPECT_TRUE(model->layers().batchable);
  EXPECT_EQ(model->layers().units[1].features.macs, 4 * 8 * 8 * 27);
  EXPECT_DOUBLE_EQ(model->layers().units[1].features.filter_term, 9 * 4);
  EXPECT_EQ(model->layers().units[3].features.macs, 640);
  EXPECT_EQ(model->layers().units[3].features.weight_bytes, 2560);
  EXPECT_EQ(model->layers().units[2].output_bytes, 4 * 4 * 4 * 4);
}

TEST(ModelLoad, JoinsAResidualSumToTheLayerBeforeIt) {
  const auto model = checked(R"(
def forward(self, x):
    y = torch.relu(torch.conv2d(x, self.w0, None, [1, 1], [1, 1]))
    y = torch.conv2d(y, self.w0, None, [1, 1], [1, 1])
    y += x
    return torch.relu_(y)
)",
                             {kPicture}, {weight({3, 3, 3, 3})});
  EXPECT_EQ(types_of(*model), "input conv conv");
  EXPECT_EQ(model->layers().units[2].inputs.size(), 2U);
}

TEST(ModelLoad, MakesResponseNormalisationOneUnit) {
  const auto model = checked(R"(
def forward(self, x):
    y = torch.relu(torch.conv2d(x, self.w0))
    squares = torch.unsqueeze(torch.mul(y, y), 1)
    squares = torch.constant_pad_nd(squares, [0, 0, 0, 0, 2, 2])
    mean = torch.squeeze(torch.avg_pool3d(squares, [5, 1, 1], [1]), 1)
    y = torch.div(y, torch.pow(torch.add(torch.mul(mean, 0.0001), 1.0), 0.75))
    return torch.max_pool2d(y, [2, 2])
)",
                             {kPicture}, {weight({6, 3, 3, 3})});
  EXPECT_EQ(types_of(*model), "input conv norm pool");
}

TEST(ModelLoad, KeepsConcatenationAndItsListTogether) {
  const auto model = checked(R"(
def forward(self, x):
    a = torch.relu(torch.conv2d(x, self.w0))
    parts = [a]
    parts.append(torch.max_pool2d(a, [1, 1]))
    b = torch.cat(parts, 1)
    parts.append(torch.sigmoid(b))
    return torch.cat(parts, 1)
)",
                             {kPicture}, {weight({4, 3, 3, 3})});
  for (const graph::Unit& unit : model->layers().units)
    EXPECT_TRUE(unit.transmissible) << unit.name;
}

TEST(ModelLoad, GivesChunksAsOutputsOfOneUnit) {
  const auto model = checked(R"(
def forward(self, x):
    a, b = torch.chunk(torch.conv2d(x, self.w0), 2, 1)
    c, d, e = torch.split(x, [1, 1, 1], 1)
    return torch.max_pool2d(a, [2, 2]), torch.avg_pool2d(b, [2, 2]), torch.max_pool2d(c, [2, 2]), d * 2.0 + e
)",
                             {kPicture}, {weight({4, 3, 3, 3})});
  EXPECT_EQ(model->layers().exit_count(), 4);
  bool two_outputs = false;
  for (const graph::Unit& unit : model->layers().units) {
    two_outputs = two_outputs || (unit.type == "conv" && unit.outputs.size() == 2);
  }
  EXPECT_TRUE(two_outputs);
}

TEST(ModelLoad, DropsDropout) {
  const auto model = checked(R"(
def forward(self, x):
    y = torch.dropout(torch.linear(x, self.w0), 0.5, self.training)
    return torch.linear(torch.relu_(y), self.w0)
)",
                             {{1, 6}}, {weight({6, 6})});
  EXPECT_EQ(types_of(*model), "input linear linear");
}

TEST(ModelLoad, DropsDropoutThatIsOnButDropsNothing) {
  const auto model = checked(
      "def forward(self, x):\n    return torch.linear(torch.dropout(x, 0.0, True), self.w0)\n",
      {{1, 6}}, {weight({6, 6})});
  EXPECT_EQ(types_of(*model), "input linear");
}

TEST(ModelLoad, FollowsADictThatGrowsAndIsReadBetween) {
  const auto model = checked(R"(
def forward(self, x):
    kept: Dict[str, Tensor] = {}
    kept["low"] = torch.linear(x, self.w0)
    kept["high"] = torch.relu(torch.linear(kept["low"], self.w0))
    return {"out": torch.linear(kept["high"], self.w0) + kept["low"]}
)",
                             {{1, 6}}, {weight({6, 6})});
  EXPECT_EQ(types_of(*model), "input linear linear linear");
  EXPECT_EQ(model->layers().exits[0].name, "out");
}

TEST(ModelLoad, SurvivesWritesThroughViews) {
  checked(R"(
def forward(self, x):
    y = torch.relu(torch.conv2d(x, self.w0))
    before = torch.sigmoid(y)
    y[:, 0] = 0.5
    y.select(1, 1).add_(3.0)
    after = torch.max_pool2d(y, [2, 2])
    return torch.flatten(before, 1).sum(1), after
)",
          {kPicture}, {weight({4, 3, 3, 3})});
}

TEST(ModelLoad, SurvivesAWriteIntoItsInput) {
  const ScriptFile file(R"(
def forward(self, x):
    x[:, 0] = 2.0
    x.relu_()
    return torch.linear(x, self.w0)
)",
                        {weight({3, 6})});
  const auto model = load(file, {{1, 6}});
  const std::vector<at::Tensor> inputs = random_inputs({{1, 6}});
  const at::Tensor before = inputs[0].clone();
  expect_units_equal_module(*model, inputs);
  EXPECT_TRUE(at::equal(before, inputs[0])) << "the caller's tensor was written";
}

TEST(ModelLoad, SurvivesABufferFilledPieceByPiece) {
  checked(R"(
def forward(self, x):
    y = torch.zeros([x.size(0), 2, 6])
    y[:, 0] = x
    y[:, 1] = torch.linear(x, self.w0)
    return torch.flatten(y, 1)
)",
          {{1, 6}}, {weight({6, 6})});
}

TEST(ModelLoad, ReadsSizesFromTensors) {
  const auto model = checked(R"(
def forward(self, x):
    y = torch.relu(torch.conv2d(x, self.w0))
    n, c, h, w = y.size()
    y = torch.max_pool2d(y, [2, 2])
    y = y.view(x.size(0), -1)
    return y.view(n, c * (h // 2) * (w // 2))
)",
                             {kPicture}, {weight({4, 3, 3, 3})});
  EXPECT_EQ(types_of(*model), "input conv pool");
  EXPECT_TRUE(model->layers().batchable);
  EXPECT_EQ(model->layers().units[2].inputs.size(), 1U) << "the batch size was read from afar";
}

TEST(ModelLoad, MakesDataDependentControlFlowOpaque) {
  const auto model = checked(R"(
def forward(self, x):
    y = torch.linear(x, self.w0)
    if bool(y.sum() > 0.0):
        y = y * 2.0
    else:
        y = torch.relu(y)
    return torch.linear(y, self.w0)
)",
                             {{1, 6}}, {weight({6, 6})});
  EXPECT_THAT(types_of(*model), HasSubstr("opaque"));
  EXPECT_FALSE(model->layers().batchable);
}

TEST(ModelLoad, TakesBothWaysOfABranch) {
  const ScriptFile file(R"(
def forward(self, x):
    if bool(x.sum() > 0.0):
        y = x * 2.0
    else:
        y = x - 1.0
    return torch.linear(y, self.w0)
)",
                        {weight({6, 6})});
  const auto model = load(file, {{1, 6}});
  expect_units_equal_module(*model, {torch::ones({1, 6})});
  expect_units_equal_module(*model, {-torch::ones({1, 6})});
}

TEST(ModelLoad, KeepsLoopsWhoseLengthIsData) {
  const auto model = checked(R"(
def forward(self, x):
    n = int(x.abs().sum().item()) % 3 + 1
    for i in range(n):
        x = torch.linear(x, self.w0) + float(i)
    return x
)",
                             {{1, 6}}, {weight({6, 6})});
  EXPECT_THAT(types_of(*model), HasSubstr("opaque"));
}

TEST(ModelLoad, UnrollsLoopsOfKnownLength) {
  const auto model = checked(R"(
def forward(self, x):
    for i in range(3):
        x = torch.relu(torch.linear(x, self.w0))
    return x
)",
                             {{1, 6}}, {weight({6, 6})});
  EXPECT_EQ(types_of(*model), "input linear linear linear");
}

TEST(ModelLoad, TakesSeveralInputs) {
  const auto model = checked(R"(
def forward(self, x, y, scale: float = 2.0):
    return torch.linear(x, self.w0) * scale + torch.linear(y, self.w1)
)",
                             {{1, 6}, {1, 4}}, {weight({3, 6}), weight({3, 4})});
  EXPECT_EQ(model->inputs().size(), 2U);
  EXPECT_EQ(model->layers().units[0].output_bytes, 40);
}

TEST(ModelLoad, NamesExitsByTheKeysOfADict) {
  const auto model = checked(R"(
def forward(self, x):
    out = {"early": torch.linear(x, self.w0)}
    y = torch.relu(torch.linear(x, self.w0))
    out["late"] = torch.linear(y, self.w0)
    return out
)",
                             {{1, 6}}, {weight({6, 6})});
  ASSERT_EQ(model->layers().exit_count(), 2);
  EXPECT_EQ(model->layers().exits[0].name, "early");
  EXPECT_EQ(model->layers().exits[1].name, "late");
}

TEST(ModelLoad, SkipsNoneAndOpensNestedExits) {
  const auto model = checked(R"(
def forward(self, x) -> Tuple[Tensor, Optional[Tensor], List[Tensor]]:
    y = torch.linear(x, self.w0)
    nothing: Optional[Tensor] = None
    return y, nothing, [torch.relu(y), torch.sigmoid(y)]
)",
                             {{1, 6}}, {weight({6, 6})});
  EXPECT_EQ(model->layers().exit_count(), 3);
}

TEST(ModelLoad, GivesEqualExitsAndInputsUnitsOfTheirOwn) {
  const auto model = checked(R"(
def forward(self, x):
    y = torch.linear(x, self.w0)
    return y, y, x
)",
                             {{1, 6}}, {weight({6, 6})});
  const auto& exits = model->layers().exits;
  ASSERT_EQ(exits.size(), 3U);
  EXPECT_NE(exits[0].value.unit, exits[1].value.unit);
  EXPECT_NE(exits[2].value.unit, 0);
}

TEST(ModelLoad, RefusesRandomOperators) {
  const ScriptFile file("def forward(self, x):\n    return x + torch.rand([1, 6])\n");
  EXPECT_THAT(refusal_of(file, {{1, 6}}), HasSubstr("aten::rand"));
}

TEST(ModelLoad, RefusesBernoulliInsideABranch) {
  const ScriptFile file(R"(
def forward(self, x):
    if bool(x.sum() > 1000.0):
        x = torch.bernoulli(x)
    return x * 2.0
)");
  EXPECT_THAT(refusal_of(file, {{1, 6}}), HasSubstr("aten::bernoulli"));
}

TEST(ModelLoad, RefusesModelsThatKeepState) {
  const ScriptFile file("def forward(self, x):\n    self.w0.add_(1.0)\n    return x + self.w0\n",
                        {torch::ones({6})});
  EXPECT_THAT(refusal_of(file, {{1, 6}}), HasSubstr("'w0'"));
}

TEST(ModelLoad, FreezesAttributesBesideABufferThatIsWritten) {
  checked(R"(
def forward(self, x):
    mask = x.new_zeros([6, 6])
    for i in range(3):
        mask[i:i + 2, i] = float(i + 1)
    rows = torch.arange(6)
    return torch.linear(x, self.w0[rows] * mask)
)",
          {{1, 6}}, {weight({6, 6})});
}

TEST(ModelLoad, RefusesOutputsThatAreNoTensors) {
  const ScriptFile file("def forward(self, x):\n    return x * 2.0, \"dog\"\n");
  EXPECT_THAT(refusal_of(file, {{1, 6}}), HasSubstr("str"));
}

TEST(ModelLoad, RefusesAnOutputThatNoInputReaches) {
  const ScriptFile file("def forward(self, x):\n    return x * 2.0, torch.ones([1, 2])\n");
  EXPECT_THAT(refusal_of(file, {{1, 6}}), HasSubstr("does not depend"));
}

TEST(ModelLoad, RefusesArgumentsThatAreNoTensors) {
  const ScriptFile file("def forward(self, x, n: int):\n    return x * n\n");
  EXPECT_THAT(refusal_of(file, {{1, 6}}), HasSubstr("'n'"));
}

TEST(ModelLoad, AsksForTheInputShape) {
  const ScriptFile file("def forward(self, x):\n    return x * 2.0\n");
  EXPECT_THAT(refusal_of(file, {}), HasSubstr("--input 1,3,224,224"));
}

TEST(ModelLoad, SaysThatAShapeDoesNotFit) {
  const ScriptFile file("def forward(self, x):\n    return torch.linear(x, self.w0)\n",
                        {weight({6, 6})});
  EXPECT_THAT(refusal_of(file, {{1, 5}}), HasSubstr("--input"));
  EXPECT_THAT(refusal_of(file, {{2, 6}}), HasSubstr("batch of 1"));
  EXPECT_THAT(refusal_of(file, {{1, 6}, {1, 6}}), HasSubstr("1 tensors"));
}

TEST(ModelLoad, RefusesFilesThatAreNoModels) {
  const ScriptFile file("def forward(self, x):\n    return x * 2.0\n");
  std::ofstream(file.path(), std::ios::binary | std::ios::trunc) << "not a zip archive at all";
  EXPECT_THAT(refusal_of(file, {{1, 6}}), HasSubstr("cannot be loaded"));
  std::filesystem::remove(file.path());
  EXPECT_THAT(refusal_of(file, {{1, 6}}), HasSubstr("no such file"));
}

TEST(ModelLoad, RefusesTruncatedFiles) {
  const ScriptFile file("def forward(self, x):\n    return torch.linear(x, self.w0)\n",
                        {weight({64, 64})});
  std::filesystem::resize_file(file.path(), std::filesystem::file_size(file.path()) / 2);
  EXPECT_THAT(refusal_of(file, {{1, 64}}), HasSubstr("cannot be loaded"));
}

TEST(ModelLoad, PutsTheNormalisationOfAPictureIntoUnitOne) {
  const ScriptFile file("def forward(self, x):\n    return torch.conv2d(x, self.w0)\n",
                        {weight({4, 3, 3, 3})});
  model::ModelManifest manifest;
  manifest.name = "pictures";
  model::InputManifest input;
  input.is_image = true;
  input.shape = kPicture;
  input.mean = {0.5F, 0.4F, 0.3F};
  input.std = {0.2F, 0.3F, 0.4F};
  manifest.inputs = {input};
  manifest.exits = {{"only", 0.75, std::nullopt, std::nullopt}};
  model::write_manifest(file.path(), manifest);
  const auto model = load(file, {});
  EXPECT_EQ(types_of(*model), "input normalise conv");
  EXPECT_EQ(model->inputs()[0], (graph::TensorSpec{DType::u8, {1, 8, 8, 3}}));
  EXPECT_EQ(model->layers().exits[0].name, "only");
  EXPECT_EQ(model->layers().exits[0].accuracy, 0.75);
  expect_units_equal_module(*model, {torch::randint(256, {1, 8, 8, 3}).to(torch::kByte)});
}

TEST(ModelLoad, SeesThatABatchIsFixed) {
  const auto model =
      checked("def forward(self, x):\n    return torch.linear(x.view([1, 6]), self.w0)\n",
              {{1, 2, 3}}, {weight({4, 6})});
  EXPECT_FALSE(model->layers().batchable);
}

TEST(ModelLoad, SeesThatRequestsWouldMix) {
  const auto model =
      checked("def forward(self, x):\n    return torch.linear(torch.softmax(x, 0), self.w0)\n",
              {{1, 6}}, {weight({4, 6})});
  EXPECT_FALSE(model->layers().batchable);
}

TEST(TensorBridge, SharesStorageBothWays) {
  const at::Tensor tensor = torch::arange(6, torch::kFloat).view({2, 3});
  const Tensor ours = model::from_torch(tensor);
  EXPECT_EQ(ours.data.get(), tensor.data_ptr());
  EXPECT_EQ(ours.shape, (Shape{2, 3}));
  const at::Tensor back = model::to_torch(ours);
  EXPECT_EQ(back.data_ptr(), tensor.data_ptr());
  EXPECT_TRUE(at::equal(back, tensor));
}

TEST(TensorBridge, KeepsTheStorageAlive) {
  at::Tensor back;
  {
    const Tensor ours = model::from_torch(torch::full({1000}, 3.0F));
    back = model::to_torch(ours);
  }
  EXPECT_EQ(back.sum().item<float>(), 3000.0F);
}

TEST(TensorBridge, MakesStridedTensorsContiguous) {
  const at::Tensor tensor = torch::arange(6, torch::kLong).view({2, 3}).t();
  const Tensor ours = model::from_torch(tensor);
  EXPECT_EQ(ours.type, DType::i64);
  EXPECT_TRUE(at::equal(model::to_torch(ours.view()), tensor));
}

TEST(TensorBridge, RefusesElementTypesWithoutAName) {
  EXPECT_THROW(model::from_torch(torch::zeros({2}, torch::kBFloat16)), std::logic_error);
}

}  // namespace
}  // namespace branchline::testing
