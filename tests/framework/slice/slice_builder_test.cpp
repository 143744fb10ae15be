#include "framework/slice/slice_builder.h"

#include <gtest/gtest.h>

#include "framework/slice/agreement.h"
#include "framework/slice/graph_runner.h"
#include "script_text.h"

namespace branchline::slice {
namespace {

using testing::frozen_graph;
using testing::NodeUnits;
using testing::script_module;
using testing::unit_per_node;

std::vector<at::Tensor> run_units(const NodeUnits& made, const SliceSpec& spec,
                                  const std::map<ValueId, at::Tensor>& values) {
  const SliceGraph slice = build_slice_graph(made.layers, made.units, spec);
  std::vector<at::Tensor> inputs;
  for (const ValueId& value : slice.inputs) inputs.push_back(values.at(value));
  return GraphRunner(slice.graph, "test").run(inputs);
}

/// Cuts the function behind every unit, runs both parts and compares with the whole.
void expect_right_behind_every_unit(const std::string& function, const at::Tensor& input) {
  torch::jit::Module module = script_module(function);
  const at::Tensor whole = module.forward({input.clone()}).toTensor();
  const NodeUnits made = unit_per_node(frozen_graph(module));
  const std::int32_t last = made.layers.unit_count() - 1;
  for (std::int32_t cut = 0; cut <= last; ++cut) {
    std::map<ValueId, at::Tensor> values{{{0, 0}, input}};
    const UnitRanges first = cut > 0 ? UnitRanges{{1, cut}} : UnitRanges{};
    const UnitRanges second = cut < last ? UnitRanges{{cut + 1, last}} : UnitRanges{};
    for (const auto& [units, later] : {std::pair{first, second}, std::pair{second, UnitRanges{}}}) {
      const SliceSpec spec = slice_between(made.layers, units, later, {0});
      if (spec.outputs.empty()) continue;
      const std::vector<at::Tensor> outputs = run_units(made, spec, values);
      for (std::size_t i = 0; i < outputs.size(); ++i) values[spec.outputs[i]] = outputs[i];
    }
    const Agreement agreement = compare(whole, values.at(made.layers.exits[0].value));
    EXPECT_TRUE(agreement.within(1e-6)) << "cut behind " << cut << ": " << agreement.relative();
  }
}

TEST(SliceBuilder, CarriesATensorNeededOnBothSides) {
  expect_right_behind_every_unit(
      "def forward(self, x):\n"
      "    a = torch.relu(x)\n"
      "    b = torch.sigmoid(a)\n"
      "    return torch.tanh(b) + a\n",
      at::randn({2, 5}));
}

TEST(SliceBuilder, CarriesSizesReadFromTensors) {
  expect_right_behind_every_unit(
      "def forward(self, x):\n"
      "    n = x.size(1)\n"
      "    half = n // 2\n"
      "    scale = float(n) * 0.5\n"
      "    wide = bool(n > 3)\n"
      "    shape = x.size()\n"
      "    y = torch.relu(x).narrow(1, half, n - half) * scale\n"
      "    z = torch.zeros(shape) + torch.sum(y) + float(wide)\n"
      "    return z.reshape(shape)\n",
      at::randn({2, 7}));
}

TEST(SliceBuilder, ClonesBranchesWithWhatTheyReadFromOutside) {
  torch::jit::Module module = script_module(
      "def forward(self, x):\n"
      "    a = torch.relu(x)\n"
      "    big = bool(torch.sum(a) > 1.0)\n"
      "    if big:\n"
      "        y = a * 2.0 + x\n"
      "    else:\n"
      "        y = a - self.w0\n"
      "    return torch.tanh(y)\n",
      {at::randn({3, 4})});
  const NodeUnits made = unit_per_node(frozen_graph(module));
  const std::int32_t last = made.layers.unit_count() - 1;
  for (const double level : {1.0, -1.0}) {
    const at::Tensor input = at::rand({3, 4}) * level;
    const SliceSpec whole{{{1, last}}, {made.layers.exits[0].value}};
    const at::Tensor answer = run_units(made, whole, {{{0, 0}, input}}).at(0);
    EXPECT_TRUE(compare(module.forward({input}).toTensor(), answer).within(1e-6));
  }
}

TEST(SliceBuilder, NeverWritesIntoWhatItWasGiven) {
  torch::jit::Module module = script_module(
      "def forward(self, x):\n"
      "    x.add_(1.0)\n"
      "    return x * self.w0\n",
      {at::randn({4})});
  const NodeUnits made = unit_per_node(frozen_graph(module));
  const at::Tensor input = at::zeros({4});
  const SliceSpec spec{{{1, made.layers.unit_count() - 1}}, {made.layers.exits[0].value}};
  run_units(made, spec, {{{0, 0}, input}});
  EXPECT_EQ(input.abs().max().item<double>(), 0.0);
}

TEST(SliceBuilder, HandsOutInnerValuesAndSeveralOutputs) {
  torch::jit::Module module = script_module(
      "def forward(self, x):\n"
      "    a, b, c = torch.chunk(x, 3, 1)\n"
      "    return torch.cat([a * b, c], 1)\n");
  const NodeUnits made = unit_per_node(frozen_graph(module));
  const at::Tensor input = at::randn({2, 6});
  std::vector<ValueId> all;
  for (const graph::Unit& unit : made.layers.units) {
    const bool tensor = made.units.outputs[static_cast<std::size_t>(unit.id)][0]->type()->kind() ==
                        c10::TypeKind::TensorType;
    if (unit.id > 0 && tensor) all.push_back({unit.id, 0});
  }
  ASSERT_GE(all.size(), 2U);
  const std::vector<at::Tensor> outputs =
      run_units(made, {{{1, made.layers.unit_count() - 1}}, all}, {{{0, 0}, input}});
  EXPECT_TRUE(compare(module.forward({input}).toTensor(), outputs.back()).within(0));
  for (const at::Tensor& output : outputs) EXPECT_TRUE(output.is_contiguous());
}

TEST(SliceSpec, RefusesASetThatIsNotConvex) {
  torch::jit::Module module = script_module(
      "def forward(self, x):\n"
      "    return torch.tanh(torch.sigmoid(torch.relu(x)))\n");
  const NodeUnits made = unit_per_node(frozen_graph(module));
  EXPECT_NO_THROW(check_spec(made.layers, {{{1, 2}}, {{2, 0}}}));
  EXPECT_THROW(check_spec(made.layers, {{{1, 1}, {3, 3}}, {{3, 0}}}), std::logic_error);
  EXPECT_THROW(check_spec(made.layers, {{{1, 2}}, {{3, 0}}}), std::logic_error);
  EXPECT_THROW(check_spec(made.layers, {{{1, 9}}, {{9, 0}}}), std::logic_error);
  EXPECT_THROW(check_spec(made.layers, {{{1, 2}}, {}}), std::logic_error);
  EXPECT_THROW(check_spec(made.layers, {{}, {{1, 0}}}), std::logic_error);
}

}  // namespace
}  // namespace branchline::slice
