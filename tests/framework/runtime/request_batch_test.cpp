#include "framework/runtime/request_batch.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <future>

#include "edge_questions.h"
#include "framework/model/tensor_bridge.h"
#include "framework/profile/exit_segments.h"
#include "framework/runtime/batch_trial.h"
#include "framework/runtime/edge_connection.h"
#include "framework/runtime/wire_tensors.h"
#include "framework/slice/agreement.h"
#include "framework/slice/sample_values.h"
#include "tests/support/fake_clock.h"
#include "tiny_network.h"

namespace branchline::runtime {
namespace {

using namespace std::chrono_literals;
using namespace branchline::testing;
using ::testing::HasSubstr;
using transport::Refusal;

/// Keeps what is sent through it.
class Mailbox final : public transport::Channel {
 public:
  bool send(transport::Message message) override {
    sent[message.id].push_back(std::move(message.body));
    return true;
  }
  void close(const std::string&) override {}
  bool is_open() const override { return true; }
  std::string peer() const override { return "a test"; }
  Duration silent_for() const override { return {}; }

  std::map<std::uint64_t, std::vector<transport::Body>> sent;
};

EdgeOptions options_for(const std::string& model_file) {
  EdgeOptions options = tiny_options();
  if (!model_file.empty()) options.model_files = {model_file};
  return options;
}

class RequestBatchTest : public ::testing::Test {
 protected:
  explicit RequestBatchTest(const std::string& model_file = "") : host_(options_for(model_file)) {}

  std::shared_ptr<const model::Model> model() const { return host_.models().begin()->second.model; }

  ReadyPlan ready(const transport::RemotePlan& plan) {
    const auto checked = std::get<EdgePlan>(check_plan(model()->layers(), plan));
    std::promise<std::string> told;
    host_.plans().prepare(model(), checked,
                          [&](const std::string& error) { told.set_value(error); });
    EXPECT_EQ(told.get_future().get(), "");
    return *host_.plans().find(model(), checked);
  }

  std::shared_ptr<RequestWork> request(const ReadyPlan& plan,
                                       const std::vector<transport::WireTensor>& tensors) {
    auto work = std::make_shared<RequestWork>(host_, client_, ++last_id_, plan, tensors,
                                              host_.time().now());
    work->deadline = host_.time().now() + 1h;
    return work;
  }

  /// The one reply to each request.
  const transport::Body& reply(std::uint64_t id) {
    EXPECT_EQ(mailbox_->sent[id].size(), 1u) << "request " << id;
    return mailbox_->sent[id].at(0);
  }
  at::Tensor logits(std::uint64_t id) {
    const auto* answer = std::get_if<transport::Answer>(&reply(id));
    if (answer == nullptr) {
      ADD_FAILURE() << "request " << id << " was refused";
      return at::zeros({});
    }
    return model::to_torch(decode_value(model()->layers(), answer->tensors.at(0))).clone();
  }

  EdgeHost host_;
  std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  std::shared_ptr<EdgeConnection> client_ = std::make_shared<EdgeConnection>(host_, mailbox_);
  std::uint64_t last_id_ = 0;
};

TEST_F(RequestBatchTest, SeveralGetWhatEachGetsAlone) {
  const graph::LayerGraph& graph = tiny_model()->layers();
  for (int exit = 0; exit < graph.exit_count(); ++exit) {
    for (const int size : {2, 4, 8}) {
      const ReadyPlan plan = ready(question(exit, 0).plan);
      std::vector<at::Tensor> alone, expected;
      EdgeWorks together;
      for (int i = 0; i < size; ++i) {
        const Question asked = question(exit, 0, static_cast<std::uint64_t>(100 + i));
        request(plan, asked.tensors)->run({});
        alone.push_back(logits(last_id_));
        expected.push_back(asked.expected);
      }
      const std::uint64_t first = last_id_ + 1;
      for (int i = 0; i < size; ++i) {
        together.push_back(
            request(plan, question(exit, 0, static_cast<std::uint64_t>(100 + i)).tensors));
      }
      together[0]->run({together.begin() + 1, together.end()});
      for (std::size_t i = 0; i < alone.size(); ++i) {
        const at::Tensor got = logits(first + i);
        // oneDNN may choose another kernel for another batch: equal but for rounding.
        EXPECT_TRUE(slice::compare(alone[i], got).within(1e-5)) << exit << " " << size << " " << i;
        EXPECT_TRUE(at::allclose(got, expected[i], 1e-3, 1e-4));
      }
    }
  }
}

TEST_F(RequestBatchTest, TellsEachItsShareOfTheTime) {
  const Question asked = question(2, 0);
  const ReadyPlan plan = ready(asked.plan);
  const auto first = request(plan, asked.tensors), second = request(plan, asked.tensors);
  first->run({second});
  const auto& one = std::get<transport::Answer>(reply(1));
  const auto& other = std::get<transport::Answer>(reply(2));
  EXPECT_EQ(one.compute, other.compute);
  EXPECT_GE(one.queued, one.compute) << "the other's half";
  EXPECT_GE(one.queue, one.compute) << "as the next one will wait for";
  EXPECT_EQ(host_.counters().read().batches.at(2), 1u);
}

TEST_F(RequestBatchTest, WhatDoesNotDecodeIsRefusedAlone) {
  const Question asked = question(2, 0);
  const ReadyPlan plan = ready(asked.plan);
  auto garbage = asked.tensors;
  garbage[0].encoded.codec = transport::Codec::png;
  const auto good = request(plan, asked.tensors);
  good->run({request(plan, garbage), request(plan, asked.tensors)});
  EXPECT_TRUE(at::allclose(logits(1), asked.expected, 1e-3, 1e-4));
  EXPECT_EQ(refusal(reply(2)).why, Refusal::bad_request);
  EXPECT_TRUE(at::allclose(logits(3), asked.expected, 1e-3, 1e-4));
}

TEST_F(RequestBatchTest, WhoDoesNotWaitAnyMoreLeavesTheOthersTheirAnswers) {
  const Question asked = question(2, 0);
  const ReadyPlan plan = ready(asked.plan);
  const auto cancelled = request(plan, asked.tensors), expired = request(plan, asked.tensors);
  const auto waits = request(plan, asked.tensors), too = request(plan, asked.tensors);
  cancelled->cancel();
  expired->deadline = host_.time().now() - 1ms;
  cancelled->run({expired, waits, too});
  EXPECT_EQ(refusal(reply(1)).why, Refusal::cancelled);
  EXPECT_EQ(refusal(reply(2)).why, Refusal::expired);
  EXPECT_TRUE(at::allclose(logits(3), asked.expected, 1e-3, 1e-4));
  EXPECT_TRUE(at::allclose(logits(4), asked.expected, 1e-3, 1e-4));
}

TEST_F(RequestBatchTest, WhatExpiresBetweenTwoSlicesShowsHowLongThePlanTakesAtLeast) {
  const Question asked = question(2, 0);
  ReadyPlan plan = ready(asked.plan);
  plan.times = std::make_shared<ServiceTimes>(true);
  plan.times->set_alone(1ns);
  const auto expired = request(plan, asked.tensors);
  expired->deadline = host_.time().now() - 1ms;
  expired->run({});
  EXPECT_EQ(refusal(reply(1)).why, Refusal::expired);
  EXPECT_GT(plan.times->of(1), 1ns);
}

TEST_F(RequestBatchTest, ATrialFindsThatTheNetworkStacks) {
  const ReadyPlan plan = ready(question(2, 0).plan);
  plan.times->note_company();
  ASSERT_TRUE(plan.times->claim_trial());
  BatchTrial trial(host_.queue(), host_.time(), plan);
  while (!trial.run({})) {
  }
  EXPECT_NE(plan.times->of(2), 2 * plan.times->of(1));
  for (int i = 0; i < 500; ++i) plan.times->follow(1, plan.times->of(1));
  plan.times->note_company();
  EXPECT_TRUE(plan.times->claim_trial()) << "it is not forbidden";
}

TEST_F(RequestBatchTest, ATrialRunsOnceATurnAndForetellsIt) {
  const ReadyPlan plan = ready(question(2, 0).plan);
  plan.times->set_alone(1ms);
  plan.times->note_company();
  ASSERT_TRUE(plan.times->claim_trial());
  BatchTrial trial(host_.queue(), host_.time(), plan);
  std::vector<Duration> foretold;
  do {
    foretold.push_back(trial.predicted);
  } while (!trial.run({}));
  ASSERT_GE(foretold.size(), 7u) << "three runs to compare, four of one alone, and of the stacks";
  EXPECT_EQ(foretold[0], 2ms) << "two stacked";
  for (std::size_t i = 1; i < 7; ++i) EXPECT_EQ(foretold[i], 1ms) << i;
  EXPECT_EQ((foretold.size() - 3) % 4, 0u);
}

TEST_F(RequestBatchTest, WhatIsTooLongForAStackIsNotTried) {
  const Question asked = question(2, 0);
  ReadyPlan plan = ready(asked.plan);
  const auto run_in_company = [&](Duration alone) {
    plan.times = std::make_shared<ServiceTimes>(true);
    plan.times->set_alone(alone);
    plan.times->note_company();
    request(plan, asked.tensors)->run({});
  };
  const Duration longest = host_.queue().limits().longest_batch;
  run_in_company(10 * longest);
  EXPECT_TRUE(plan.times->claim_trial()) << "nobody claimed it";
  run_in_company(longest / 100);
  EXPECT_FALSE(plan.times->claim_trial());
}

class BakedBatchTest : public RequestBatchTest {
 protected:
  BakedBatchTest()
      : RequestBatchTest(write_baked_network(std::filesystem::temp_directory_path().string())) {}

  transport::RemotePlan whole() const {
    const slice::SliceSpec spec = profile::whole_of(model()->layers(), 0);
    transport::RemotePlan plan;
    plan.digest = model()->digest();
    plan.stages = {{Tier::edge, spec.units}};
    plan.outputs = {to_wire(spec.outputs[0])};
    return plan;
  }
  /// As if nobody had noticed when the model was loaded.
  ReadyPlan taken_for_stackable() {
    ReadyPlan plan = ready(whole());
    plan.times = std::make_shared<ServiceTimes>(true);
    plan.times->set_alone(1ms);
    plan.times->note_company();
    EXPECT_TRUE(plan.times->claim_trial());
    return plan;
  }
  static bool forbidden(ServiceTimes& times) {
    for (int i = 0; i < 1000; ++i) times.follow(1, 1ms);
    times.note_company();
    return !times.claim_trial();
  }
  std::vector<transport::WireTensor> input() const {
    return {encode_value({0, 0}, slice::random_inputs(*model(), 1, 3)[0], transport::Codec::raw)};
  }
};

TEST_F(BakedBatchTest, IsNoticedWhenThePlanIsPrepared) {
  const ReadyPlan plan = ready(whole());
  plan.times->note_company();
  EXPECT_FALSE(plan.times->claim_trial());
}

TEST_F(BakedBatchTest, IsNoticedByATrial) {
  const ReadyPlan plan = taken_for_stackable();
  BatchTrial trial(host_.queue(), host_.time(), plan);
  while (!trial.run({})) {
  }
  EXPECT_TRUE(forbidden(*plan.times));
}

TEST_F(BakedBatchTest, AStackThatFailsRunsOneByOne) {
  const ReadyPlan plan = taken_for_stackable();
  const auto first = request(plan, input());
  first->run({request(plan, input())});
  const at::Tensor expected = model()->run_reference(slice::random_inputs(*model(), 1, 3))[0];
  EXPECT_TRUE(at::allclose(logits(1), expected, 1e-3, 1e-4));
  EXPECT_TRUE(at::allclose(logits(2), expected, 1e-3, 1e-4));
  EXPECT_TRUE(forbidden(*plan.times));
  EXPECT_EQ(host_.counters().failed(), 0u);
}

}  // namespace
}  // namespace branchline::runtime
