#include "framework/runtime/replanner.h"

#include <gtest/gtest.h>

#include "framework/planner/planner_registry.h"
#include "framework/runtime/insurance.h"
#include "tests/support/fake_clock.h"

namespace branchline::runtime {
namespace {

using namespace std::chrono_literals;

/// A picture of 3 kB that JPEG makes small at a loss of 0.015, and a trunk whose first unit is
/// cheap and makes 1 kB of it (fp16, lossless); the second and last unit is dear on the device.
///
///     picture ─► small map ─┬► deep ─► exit 2 (0.9)
///                           └► exit 1 (0.6)
graph::LayerGraph picture_network() {
  graph::LayerGraph graph;
  graph.name = "pictures";
  graph.tiers = {Tier::device, Tier::edge};
  const auto add = [&](std::int32_t input, graph::TensorSpec output, Duration device,
                       Duration edge) {
    graph::Unit unit;
    unit.id = graph.unit_count();
    unit.name = "unit" + std::to_string(unit.id);
    if (unit.id > 0) unit.inputs = {{input, 0}};
    unit.output_bytes = output.bytes();
    unit.outputs = {std::move(output)};
    unit.time = {device, edge};
    graph.units.push_back(std::move(unit));
  };
  add(0, {DType::u8, {1, 32, 32, 3}}, 0ms, 0ms);
  add(0, {DType::f32, {1, 8, 8, 8}}, 5ms, 1ms);
  add(1, {DType::f32, {1, 10}}, 1ms, 100us);
  add(1, {DType::f32, {1, 10}}, 500ms, 2ms);
  graph.exits = {{"exit1", {2, 0}, 0.6}, {"exit2", {3, 0}, 0.9}};
  return graph;
}

model::ModelManifest manifest() {
  model::ModelManifest manifest;
  model::InputManifest input;
  input.is_image = true;
  manifest.inputs = {input};
  manifest.codecs = {{"jpeg", {0.585, 0.885}}};
  return manifest;
}

class PictureNetwork : public ::testing::Test {
 protected:
  std::unique_ptr<Replanner> replanner(const std::string& planner) {
    const planner::Planner* named =
        planner == planner::kPlanMapName ? nullptr : &planners_.find(planner);
    return std::make_unique<Replanner>(picture_network(), "digest", named, times_, wire_, shelf_,
                                       clock_);
  }
  Plan plan(const Replanner& replanner, double bytes_per_s, Duration budget) {
    LinkView link;
    link.configured = link.up = link.tried = true;
    link.measured.emplace();
    link.measured->uplink_bytes_per_s = link.measured->downlink_bytes_per_s = bytes_per_s;
    link.measured->round_trip = 2ms;
    Question question;
    question.budget = budget;
    return replanner.dry_run(question, link);
  }

  const planner::PlannerRegistry planners_ = planner::standard_planners();
  const testing::FakeClock clock_;
  std::shared_ptr<StepTimes> times_ = std::make_shared<StepTimes>(picture_network());
  WireCosts wire_{picture_network(), manifest(), 1};
  slice::SliceCache cache_{1 << 20};
  PlanShelf shelf_{nullptr, cache_, [] {}, [](const std::string&) {}};
};

TEST_F(PictureNetwork, SplitsWhenThatIsTheMostAccurateAnswerInTime) {
  const auto maps = replanner(planner::kPlanMapName);
  const Plan patient = plan(*maps, 100e3, 200ms);
  EXPECT_EQ(patient.exit, 2);
  EXPECT_EQ(patient.place, Place::split) << "nothing is lost, and there is time";
  EXPECT_DOUBLE_EQ(*patient.expected_accuracy, 0.9);
  const Plan hurried = plan(*maps, 100e3, 14ms);
  EXPECT_EQ(hurried.place, Place::edge) << "JPEG is quicker";
  EXPECT_NEAR(*hurried.expected_accuracy, 0.885, 1e-9);
  EXPECT_EQ(plan(*maps, 1e3, 50ms).place, Place::device) << "nothing gets through in time";
}

/// What a planner that minimises time offers does not hold the more accurate split.
TEST_F(PictureNetwork, ANamedPlannerOffersOnlyWhatItFinds) {
  const Plan plan_of_qdmp = plan(*replanner("qdmp"), 100e3, 200ms);
  EXPECT_EQ(plan_of_qdmp.place, Place::edge);
}

TEST_F(PictureNetwork, FollowsAnEdgeThatBecameSlow) {
  const auto maps = replanner(planner::kPlanMapName);
  Decision sent;
  planner::Plan on_edge = all_on(picture_network(), 1, Tier::edge);
  sent.shelved =
      std::make_shared<ShelvedPlan>(*runnable_plan(picture_network(), "digest", on_edge, *times_));
  EXPECT_EQ(plan(*maps, 10e6, 20ms).exit, 2);
  for (int run = 0; run < 3; ++run) maps->add_edge_run(sent, 8 * 3ms);
  EXPECT_EQ(plan(*maps, 10e6, 20ms).exit, 1) << "24 ms instead of 3";
}

/// Ten per cent of the runs take longer than "likely": too many for the answer of last resort.
TEST_F(PictureNetwork, InsuresWithTheTimeThatExitOneHardlyEverExceeds) {
  const planner::Plan on_edge = all_on(picture_network(), 1, Tier::edge);
  const auto runnable = runnable_plan(picture_network(), "digest", on_edge, *times_);
  for (const DeviceStep& step : runnable->ladder.steps) {
    for (int run = 0; run < 20; ++run) step.time->add(run % 2 == 0 ? 4ms : 6ms);
  }
  const Insurance ladder(runnable->ladder, 1);
  ASSERT_GT(ladder.cautious(0), ladder.likely(0));
  PlanOffers offers;
  const graph::LayerGraph graph = picture_network();
  PlanPricing{graph, wire_}.add(*runnable, 0, offers);
  EXPECT_EQ(offers.candidates.front().times.insurance.front(), ladder.cautious(0));
}

TEST_F(PictureNetwork, CallsFeasibleWhatNinetyNineInAHundredRunsOfExitOneAllow) {
  const auto maps = replanner(planner::kPlanMapName);
  for (int run = 0; run < 256; ++run) maps->add_first_exit(5ms);
  for (int run = 0; run < 3; ++run) maps->add_first_exit(300ms);
  EXPECT_EQ(maps->first_exit_p99(), 300ms) << "more than one in a hundred";
  for (int run = 0; run < 254; ++run) maps->add_first_exit(5ms);
  EXPECT_EQ(maps->first_exit_p99(), 5ms) << "forgotten";
}

}  // namespace
}  // namespace branchline::runtime
