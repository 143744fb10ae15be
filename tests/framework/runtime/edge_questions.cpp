#include "edge_questions.h"

#include <ATen/ATen.h>

#include <filesystem>

#include "framework/model/tensor_bridge.h"
#include "framework/profile/exit_segments.h"
#include "framework/runtime/wire_tensors.h"
#include "framework/slice/sample_values.h"
#include "tiny_network.h"

namespace branchline::testing {

namespace {

std::string model_file() {
  static const std::string file =
      write_tiny_network(std::filesystem::temp_directory_path().string(), 20);
  return file;
}

}  // namespace

std::shared_ptr<const model::Model> tiny_model() {
  static const auto model = model::Model::load(model_file());
  return model;
}

EdgeOptions tiny_options() {
  EdgeOptions options;
  options.model_files = {model_file()};
  options.listen = "127.0.0.1:0";
  return options;
}

Question question(int exit, std::int32_t cut, std::uint64_t seed) {
  const auto model = tiny_model();
  const graph::LayerGraph& graph = model->layers();
  const slice::SliceSpec suffix = profile::suffix_of(graph, exit, cut);
  const std::vector<at::Tensor> inputs = slice::random_inputs(*model, 1, seed);
  const std::vector<graph::ValueId> crossing = slice::inputs_of(graph, suffix.units);
  const slice::Values values = slice::values_for(*model, inputs, crossing);
  Question asked;
  asked.plan.digest = model->digest();
  asked.plan.exit = exit;
  asked.plan.stages = {{Tier::edge, suffix.units}};
  for (const auto& id : suffix.outputs) asked.plan.outputs.push_back(runtime::to_wire(id));
  for (const auto& id : crossing) {
    const at::Tensor& tensor =
        id.unit == 0 ? inputs[static_cast<std::size_t>(id.index)] : values.at(id);
    asked.tensors.push_back(runtime::encode_value(id, tensor, transport::Codec::raw));
  }
  asked.expected = model->run_reference(inputs)[static_cast<std::size_t>(exit)];
  return asked;
}

transport::Request request_of(const Question& asked, Duration budget) {
  return {asked.plan, budget, asked.tensors};
}

void prepare(EdgeClient& client, const transport::RemotePlan& plan) {
  const auto reply = client.ask(transport::Prepare{plan});
  ASSERT_TRUE(reply);
  ASSERT_TRUE(std::holds_alternative<transport::Ready>(*reply));
}

void expect_answer(const std::optional<transport::Body>& reply, const Question& asked) {
  ASSERT_TRUE(reply);
  if (const auto* refused = std::get_if<transport::Refused>(&*reply)) FAIL() << refused->sentence;
  const auto& answer = std::get<transport::Answer>(*reply);
  ASSERT_EQ(answer.tensors.size(), 1u);
  const at::Tensor logits =
      model::to_torch(runtime::decode_value(tiny_model()->layers(), answer.tensors[0]));
  EXPECT_TRUE(at::allclose(logits, asked.expected, 1e-3, 1e-4));
  EXPECT_GE(answer.queued, Duration(0));
  EXPECT_GT(answer.compute, Duration(0));
}

void expect_served(EdgeClient& client, const Question& asked) {
  prepare(client, asked.plan);
  expect_answer(client.ask(request_of(asked)), asked);
}

transport::Refused refusal(const std::optional<transport::Body>& reply) {
  if (!reply || !std::holds_alternative<transport::Refused>(*reply)) {
    ADD_FAILURE() << "no refusal came";
    return {transport::Refusal::none, "", {}};
  }
  return std::get<transport::Refused>(*reply);
}

}  // namespace branchline::testing
