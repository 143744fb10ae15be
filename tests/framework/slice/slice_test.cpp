#include "framework/slice/slice.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <thread>

#include "framework/base/error.h"
#include "framework/slice/agreement.h"
#include "framework/slice/sample_values.h"
#include "test_models.h"

namespace branchline::slice {
namespace {

using testing::load_text;
using testing::two_exit_model;

SliceSpec whole_of(const model::Model& model) {
  std::vector<int> exits;
  for (int exit = 0; exit < model.layers().exit_count(); ++exit) exits.push_back(exit);
  return slice_between(model.layers(), {{1, model.layers().unit_count() - 1}}, {}, exits);
}

TEST(Slice, GivesEveryExitOfTheWholeModel) {
  const auto model = two_exit_model();
  const auto slice = compile_slice(model, whole_of(*model));
  EXPECT_TRUE(slice->optimised()) << slice->why_plain();
  EXPECT_GT(slice->bytes(), 4 * 24 * 24 * 9);
  for (const std::int64_t batch : {1, 4}) {
    const std::vector<at::Tensor> inputs = random_inputs(*model, batch, 5);
    const std::vector<at::Tensor> expected = model->run_reference(inputs);
    const std::vector<at::Tensor> outputs = slice->run(inputs);
    ASSERT_EQ(outputs.size(), 2U);
    for (std::size_t exit = 0; exit < 2; ++exit) {
      EXPECT_TRUE(compare(expected[exit], outputs[exit]).within(1e-5)) << exit << " x" << batch;
    }
  }
}

TEST(Slice, LaterRunsLeaveItsOutputsAlone) {
  const auto model = two_exit_model();
  const auto slice = compile_slice(model, whole_of(*model));
  const std::vector<at::Tensor> first = slice->run(random_inputs(*model, 1, 1));
  std::vector<at::Tensor> copies;
  for (const at::Tensor& tensor : first) copies.push_back(tensor.clone());
  for (std::uint64_t seed = 2; seed < 6; ++seed) slice->run(random_inputs(*model, 1, seed));
  for (std::size_t i = 0; i < first.size(); ++i) EXPECT_TRUE(first[i].equal(copies[i]));
}

TEST(Slice, RunsFromFourThreadsAtOnce) {
  const auto model = two_exit_model();
  const auto slice = compile_slice(model, whole_of(*model));
  const auto work = [&](std::uint64_t seed, int& wrong) {
    const std::vector<at::Tensor> inputs = random_inputs(*model, 1, seed);
    const std::vector<at::Tensor> expected = slice->run(inputs);
    for (int i = 0; i < 50; ++i) {
      const std::vector<at::Tensor> outputs = slice->run(inputs);
      for (std::size_t k = 0; k < outputs.size(); ++k) wrong += !outputs[k].equal(expected[k]);
    }
  };
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    threads.emplace_back([&, i] { work(i, wrong[i]); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

TEST(Slice, RefusesInputsThatDoNotFit) {
  const auto model = two_exit_model();
  const auto slice = compile_slice(model, whole_of(*model));
  const auto message = [&](const std::vector<at::Tensor>& inputs) -> std::string {
    try {
      slice->run(inputs);
    } catch (const RunError& error) {
      return error.what();
    }
    return "";
  };
  const std::string last = std::to_string(model->layers().unit_count() - 1);
  EXPECT_EQ(message({}), "units 1-" + last + " take 1 inputs, not 0");
  EXPECT_EQ(message({at::zeros({1, 3, 12, 13})}),
            "units 1-" + last + ": output 0 of unit 0 is shape [1,3,12,13] instead of [1,3,12,12]");
  EXPECT_NE(message({at::zeros({0, 3, 12, 12})}), "");
  EXPECT_NE(message({at::zeros({12})}), "");
  EXPECT_EQ(message({at::zeros({1, 3, 12, 12}, at::kByte)}),
            "units 1-" + last + ": output 0 of unit 0 is Byte instead of f32");
}

TEST(Slice, RefusesABadSpec) {
  const auto model = two_exit_model();
  const std::int32_t last = model->layers().unit_count() - 1;
  const ValueId logits = model->layers().exits.back().value;
  EXPECT_THROW(compile_slice(model, {{{1, last}}, {{last + 1, 0}}}), std::logic_error);
  EXPECT_THROW(compile_slice(model, {{{1, 1}}, {logits}}), std::logic_error);
}

TEST(Slice, PassesTheRequestsOwnTensorThrough) {
  const auto model = two_exit_model();
  const auto slice = compile_slice(model, {{{0, 1}}, {{0, 0}, {1, 0}}});
  ASSERT_EQ(slice->inputs(), (std::vector<ValueId>{{0, 0}}));
  const std::vector<at::Tensor> inputs = random_inputs(*model, 1, 3);
  EXPECT_TRUE(slice->run(inputs).at(0).equal(inputs[0]));
}

// The fraction of a large number shows every rounding: oneDNN adds up in another order than the
// plain matrix product, which stands for an optimisation that is wrong.
TEST(Slice, ServesTheSlowerFormWhenTheFastOneDiffers) {
  at::manual_seed(4);
  const auto model =
      load_text("def forward(self, x):\n    return torch.frac(torch.linear(x, self.w0) * 1e6)\n",
                {at::randn({64, 64})}, {{1, 64}});
  const auto slice = compile_slice(model, whole_of(*model));
  EXPECT_FALSE(slice->optimised());
  EXPECT_NE(slice->why_plain().find("packed: output 0 of unit"), std::string::npos)
      << slice->why_plain();
  const std::vector<at::Tensor> inputs = random_inputs(*model, 1, 9);
  const ValueId logits = model->layers().exits[0].value;
  EXPECT_TRUE(slice->run(inputs).at(0).equal(values_for(*model, inputs, {logits}).at(logits)));
}

TEST(Slice, KeepsValuesNeededOnBothSidesOfTheCut) {
  const auto model = load_text(
      "def forward(self, x):\n"
      "    a = torch.relu(torch.conv2d(x, self.w0, None, [1, 1], [1, 1], [1, 1], 1))\n"
      "    b = torch.conv2d(a, self.w1, None, [1, 1], [1, 1], [1, 1], 1)\n"
      "    return torch.mean(torch.cat([torch.max_pool2d(b, [3, 3], [1, 1], [1, 1]), a, b], 1), "
      "[2, 3])\n",
      {at::randn({20, 3, 3, 3}), at::randn({20, 20, 3, 3}) * 0.1}, {{1, 3, 8, 8}});
  const graph::LayerGraph& layers = model->layers();
  const std::vector<at::Tensor> inputs = random_inputs(*model, 1, 3);
  const at::Tensor expected = model->run_reference(inputs).at(0);
  for (std::int32_t cut = 1; cut + 1 < layers.unit_count(); ++cut) {
    const UnitRanges later{{cut + 1, layers.unit_count() - 1}};
    const SliceSpec first = slice_between(layers, {{1, cut}}, later, {0});
    const SliceSpec second = slice_between(layers, later, {}, {0});
    const auto device = compile_slice(model, first);
    const auto edge = compile_slice(model, second);
    ASSERT_EQ(edge->inputs(), device->spec().outputs) << cut;
    const Agreement agreement = compare(expected, edge->run(device->run(inputs)).at(0));
    EXPECT_TRUE(agreement.within(1e-5)) << "cut behind " << cut << ": " << agreement.relative();
  }
}

}  // namespace
}  // namespace branchline::slice
