#include "framework/runtime/plan_shelf.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "tests/framework/runtime/scripted_edge.h"
#include "tests/framework/runtime/tiny_network.h"
#include "tests/support/eventually.h"

namespace branchline::runtime {
namespace {

class ShelfOfATinyNetwork : public ::testing::Test {
 protected:
  static std::string file() {
    const auto folder = std::filesystem::temp_directory_path() / "branchline_plan_shelf_test";
    std::filesystem::create_directories(folder);
    return testing::write_tiny_network(folder.string(), 3);
  }
  RunnablePlan plan(Tier tier, const std::string& key) {
    const graph::LayerGraph& graph = model_->layers();
    RunnablePlan made = *runnable_plan(graph, model_->digest(), all_on(graph, 2, tier), times_);
    made.key = key;
    return made;
  }
  std::vector<PlanShelf::Wanted> wanted(const std::string& name, std::size_t count) {
    std::vector<PlanShelf::Wanted> all;
    for (std::size_t i = 0; i < count; ++i) {
      all.push_back({plan(Tier::edge, name + std::to_string(i)), i % 2 == 0});
    }
    return all;
  }
  bool holds(const std::string& key) const {
    const auto all = shelf_.all();
    return std::any_of(all.begin(), all.end(),
                       [&](const auto& plan) { return plan->plan.key == key; });
  }
  std::size_t ready() const {
    const auto all = shelf_.all();
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [](const auto& plan) { return plan->device_ready.load(); }));
  }

  const std::shared_ptr<const model::Model> model_ = model::Model::load(file());
  StepTimes times_{model_->layers()};
  slice::SliceCache cache_{64 << 20};
  PlanShelf shelf_{model_, cache_, [] {}, [](const std::string& error) { FAIL() << error; }};
};

TEST_F(ShelfOfATinyNetwork, DropsTheUnlikeliestWhenMoreAreWantedThanItHolds) {
  shelf_.want_now(plan(Tier::device, "device"));
  shelf_.want_all(wanted("old ", 3));
  shelf_.want_all(wanted("new ", PlanShelf::kMostRemote - 1));
  EXPECT_EQ(shelf_.all().size(), PlanShelf::kMostRemote + 1) << "and the one for the device";
  EXPECT_TRUE(holds("device"));
  EXPECT_TRUE(holds("old 0")) << "the likeliest of before";
  EXPECT_FALSE(holds("old 1"));
  EXPECT_TRUE(testing::eventually(std::chrono::seconds(20),
                                  [this] { return ready() == PlanShelf::kMostRemote + 1; }));
}

TEST_F(ShelfOfATinyNetwork, OffersOnlyWhatIsOffered) {
  shelf_.want_all(wanted("plan ", 2));
  for (const auto& plan : shelf_.all()) EXPECT_EQ(plan->offered, plan->plan.key == "plan 0");
  shelf_.want(plan(Tier::edge, "plan 1"));
  for (const auto& plan : shelf_.all()) EXPECT_TRUE(plan->offered) << "from now on";
  EXPECT_TRUE(testing::eventually(std::chrono::seconds(20), [this] { return ready() == 2; }));
}

/// An edge compiles so many at once and refuses the rest for now.
TEST_F(ShelfOfATinyNetwork, AsksTheEdgeForTheLikeliestPlansFirst) {
  testing::ScriptedEdge edge(model_->digest());
  transport::IoThread io;
  const SystemTime time;
  LinkMonitor link(
      {transport::parse_endpoint(edge.address(), "")}, model_->digest(),
      [&io](const auto& endpoint, const auto& hello, auto listener) {
        return transport::connect(io, endpoint, hello, std::chrono::seconds(1),
                                  std::move(listener));
      },
      time, [] {});
  std::vector<PlanShelf::Wanted> likely_first;
  for (const int exit : {1, 2, 0}) {
    const graph::LayerGraph& graph = model_->layers();
    likely_first.push_back(
        {*runnable_plan(graph, model_->digest(), all_on(graph, exit, Tier::edge), times_), true});
  }
  shelf_.want_all(std::move(likely_first));
  EXPECT_TRUE(testing::eventually(std::chrono::seconds(20), [this] { return ready() == 3; }));
  EXPECT_TRUE(testing::eventually(std::chrono::seconds(20), [&] {
    link.tick();
    return link.view().up;
  }));
  shelf_.prepare_edge(link);
  EXPECT_TRUE(testing::eventually(std::chrono::seconds(20), [&] { return edge.prepares() == 3; }));
  EXPECT_EQ(edge.prepared_exits(), (std::vector<int>{1, 2, 0}));
  link.shut_down("the test is over");
}

}  // namespace
}  // namespace branchline::runtime
