#include "framework/runtime/inference_run.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "branchline/edge_service.h"
#include "framework/planner/planner_registry.h"
#include "framework/runtime/request_input.h"
#include "tests/framework/runtime/scripted_edge.h"
#include "tests/framework/runtime/tiny_network.h"
#include "tests/support/eventually.h"

namespace branchline::runtime {
namespace {

using std::chrono::milliseconds;

/// The parts of an engine around one run, with the test as their only thread.
class RunOfATinyNetwork : public ::testing::Test {
 protected:
  static std::string file() {
    const auto folder = std::filesystem::temp_directory_path() / "branchline_inference_run_test";
    std::filesystem::create_directories(folder);
    return testing::write_tiny_network(folder.string(), 2);
  }
  static graph::LayerGraph timed(graph::LayerGraph graph) {
    graph.tiers = {Tier::device, Tier::edge};
    for (graph::Unit& unit : graph.units) unit.time = {milliseconds(1), milliseconds(1)};
    return graph;
  }
  static EdgeService edge_of(const std::string& model_file) {
    EdgeOptions options;
    options.model_files = {model_file};
    options.listen = "127.0.0.1:0";
    return EdgeService::open(options);
  }

  /// @param scripted_first  the real edge is only the spare of `first_`
  explicit RunOfATinyNetwork(bool scripted_first = false) : scripted_first_(scripted_first) {
    for (int exit = 0; exit < 3; ++exit) {
      shelf_.want_now(
          *runnable_plan(graph_, model_->digest(), all_on(graph_, exit, Tier::device), *times_));
    }
  }
  ~RunOfATinyNetwork() override { link_.shut_down("the test is over"); }

  bool prepared() {
    return testing::eventually(std::chrono::seconds(20), [this] {
      link_.tick();
      shelf_.prepare_edge(link_);
      const LinkView view = link_.view();
      const bool spare = !scripted_first_ || (view.spare != 0 && !shelf_.under_way(view.spare));
      return view.up && spare && shelf_.under_way(view.connection) == 0;
    });
  }

  std::vector<transport::Endpoint> endpoints() const {
    std::vector<transport::Endpoint> all = {{"127.0.0.1", edge_.port()}};
    if (scripted_first_) all.insert(all.begin(), transport::parse_endpoint(first_.address(), ""));
    return all;
  }

  Result run(Place place, Duration deadline = std::chrono::minutes(1)) {
    const TimePoint now = Clock::now();
    auto slot = std::make_shared<AnswerSlot>(1, TimeBudget{now, now + deadline, milliseconds(1)});
    InferenceRun run({blank_inputs(*model_), {}, {}, place, false, slot}, context_);
    for (auto state = run.state(); state != InferenceRun::State::done; state = run.state()) {
      if (state == InferenceRun::State::ready) run.step();
      if (state == InferenceRun::State::waiting) std::this_thread::sleep_for(milliseconds(1));
    }
    return slot->settle(Clock::now());
  }

  double error_of(const Result& result) const {
    std::vector<at::Tensor> inputs;
    for (const auto& [value, tensor] : blank_inputs(*model_)) inputs.push_back(tensor);
    return testing::relative_error(model_->run_reference(inputs).at(2), result.outputs.at(0));
  }

  const bool scripted_first_;
  const std::string file_ = file();
  const std::shared_ptr<const model::Model> model_ = model::Model::load(file_);
  testing::ScriptedEdge first_{model_->digest()};
  EdgeService edge_ = edge_of(file_);
  const SystemTime time_;
  const planner::PlannerRegistry planners_ = planner::standard_planners();
  const graph::LayerGraph graph_ = timed(model_->layers());
  std::unique_ptr<transport::IoThread> io_ = std::make_unique<transport::IoThread>();
  LinkMonitor link_{endpoints(), model_->digest(),
                    [this](const auto& endpoint, const auto& hello, auto listener) {
                      return transport::connect(*io_, endpoint, hello, std::chrono::seconds(1),
                                                std::move(listener));
                    },
                    time_, [] {}};
  std::shared_ptr<StepTimes> times_ = std::make_shared<StepTimes>(graph_);
  WireCosts wire_{graph_, model_->manifest(), 1};
  slice::SliceCache cache_{64 << 20};
  PlanShelf shelf_{model_, cache_, [] {}, [](const std::string& error) { FAIL() << error; }};
  Replanner replanner_{graph_, model_->digest(), &planners_.find("edgent"), times_, wire_, shelf_,
                       time_};
  DeviceRunner runner_{1};
  Bell bell_;
  RunContext context_{graph_, replanner_, shelf_, link_, wire_, runner_, time_, bell_};
};

TEST_F(RunOfATinyNetwork, RunsTheTailOnTheDeviceAsEdgentsPaperDoes) {
  const std::vector<std::int32_t> cuts = cut_vertices(graph_, 2);
  ASSERT_GT(cuts.size(), 3u);
  planner::Plan plan = all_on(graph_, 2, Tier::device);
  for (std::int32_t unit = 1; unit <= cuts[cuts.size() / 2]; ++unit) {
    auto& tier = plan.tier[static_cast<std::size_t>(unit)];
    if (tier) tier = Tier::edge;
  }
  const auto server_first = runnable_plan(graph_, model_->digest(), plan, *times_);
  ASSERT_TRUE(server_first);
  ASSERT_FALSE(server_first->tail.empty());
  shelf_.want(*server_first);
  ASSERT_TRUE(prepared());
  const Result result = run(Place::split);
  EXPECT_EQ(result.outcome, Outcome::ok) << result.explain();
  EXPECT_EQ(result.plan.place, Place::split) << result.explain();
  EXPECT_FALSE(result.fell_back()) << result.explain();
  ASSERT_TRUE(result);
  EXPECT_LT(error_of(result), 0.01);
}

TEST_F(RunOfATinyNetwork, FallsBackToTheDeepestExitWhenTheLinkIsLostBeforeSending) {
  const auto on_edge =
      runnable_plan(graph_, model_->digest(), all_on(graph_, 2, Tier::edge), *times_);
  shelf_.want(*on_edge);
  ASSERT_TRUE(prepared());
  const TimePoint now = Clock::now();
  auto slot = std::make_shared<AnswerSlot>(
      1, TimeBudget{now, now + std::chrono::minutes(1), milliseconds(1)});
  InferenceRun run({blank_inputs(*model_), {}, {}, Place::edge, false, slot}, context_);
  run.step();  // decides
  link_.shut_down("cut");
  while (run.state() == InferenceRun::State::ready) run.step();
  const Result result = slot->settle(Clock::now());
  EXPECT_EQ(result.why, Why::link_down) << result.explain();
  EXPECT_EQ(result.plan.exit, 3);
  EXPECT_TRUE(result.fell_back());
  EXPECT_LT(error_of(result), 1e-4);
}

TEST_F(RunOfATinyNetwork, AsksTheEdgeEvenWhenItIsTooLateIfThatIsSoonerThanTheDevice) {
  shelf_.want(*runnable_plan(graph_, model_->digest(), all_on(graph_, 2, Tier::edge), *times_));
  ASSERT_TRUE(prepared());
  const auto device = replanner_.decide({}, link_.view()).shelved;
  for (const DeviceStep& step : device->plan.ladder.steps) {
    for (int i = 0; i < 5; ++i) replanner_.add_device_run(*step.time, std::chrono::seconds(20));
  }
  EXPECT_EQ(run(Place::edge).plan.place, Place::edge) << "the link has been measured";
  const TimePoint now = Clock::now();
  auto slot = std::make_shared<AnswerSlot>(
      1, TimeBudget{now - milliseconds(100), now - milliseconds(50), milliseconds(1)});
  InferenceRun run({blank_inputs(*model_), {}, {}, {}, false, slot}, context_);
  run.step();  // decides
  while (run.state() == InferenceRun::State::ready && !slot->due(Clock::now())) run.step();
  ASSERT_TRUE(testing::eventually(std::chrono::seconds(20), [&] { return slot->decided(); }));
  const Result result = slot->settle(Clock::now());
  EXPECT_EQ(result.plan.place, Place::edge) << result.explain();
}

TEST_F(RunOfATinyNetwork, DecidesByWhatWasLearnedSincePlansWerePricedAhead) {
  Question question;
  question.budget = std::chrono::minutes(1);
  const LinkView link = link_.view();
  replanner_.price_ahead(link);
  const Decision before = replanner_.decide(question, link);
  ASSERT_LT(before.choice.forecast.device, milliseconds(900));
  const auto step = before.shelved->plan.ladder.steps.front().time;
  for (int run = 0; run < 5; ++run) replanner_.add_device_run(*step, std::chrono::seconds(1));
  EXPECT_GT(replanner_.decide(question, link).choice.forecast.device, milliseconds(900));
}

/// The first edge dies with the first request in flight.
class RunWithASpareEdge : public RunOfATinyNetwork {
 protected:
  RunWithASpareEdge() : RunOfATinyNetwork(true) {
    first_.on_request([](transport::Channel& channel, const auto&) { channel.close("killed"); });
    shelf_.want(*runnable_plan(graph_, model_->digest(), all_on(graph_, 2, Tier::edge), *times_));
  }
};

TEST_F(RunWithASpareEdge, SendsAgainWhenThereIsTimeForIt) {
  ASSERT_TRUE(prepared());
  const Result result = run(Place::edge);
  EXPECT_EQ(result.sent_again, SentAgain::failover) << result.explain();
  EXPECT_EQ(result.plan.place, Place::edge) << result.explain();
  EXPECT_EQ(edge_.status().answered, 1u);
}

TEST_F(RunWithASpareEdge, SendsNothingAgainThatWouldComeTooLate) {
  ASSERT_TRUE(prepared());
  const Result result = run(Place::edge, -std::chrono::minutes(1));
  EXPECT_EQ(result.sent_again, SentAgain::no) << result.explain();
  EXPECT_TRUE(result.fell_back()) << result.explain();
  EXPECT_EQ(edge_.status().answered, 0u);
}

}  // namespace
}  // namespace branchline::runtime
