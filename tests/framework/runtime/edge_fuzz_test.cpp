#include <random>

#include "edge_questions.h"

namespace branchline::runtime {
namespace {

using namespace branchline::testing;
using transport::Refusal;

/// Plans and tensors drawn from what is nearly right, so that some get through each check.
class Garbage {
 public:
  explicit Garbage(std::uint32_t seed) : random_(seed) {}

  transport::Request request() {
    const graph::LayerGraph& graph = tiny_model()->layers();
    transport::Request request = request_of(question(pick(3), 0));
    if (chance(2)) request.plan = plan(graph);
    if (chance(3)) request.budget = Duration(static_cast<std::int64_t>(random_()) - 1'000'000);
    for (transport::WireTensor& tensor : request.tensors) spoil(tensor);
    if (chance(8) && !request.tensors.empty()) request.tensors.push_back(request.tensors[0]);
    if (chance(16)) request.tensors.clear();
    return request;
  }

  transport::RemotePlan plan(const graph::LayerGraph& graph) {
    transport::RemotePlan plan;
    plan.digest = chance(20) ? "other" : tiny_model()->digest();
    plan.exit = chance(10) ? static_cast<std::int32_t>(random_()) : pick(3);
    const int stages = chance(10) ? pick(3) : 1;
    for (int i = 0; i < stages; ++i) {
      transport::WireStage stage;
      stage.tier = static_cast<Tier>(chance(10) ? pick(3) : 1);
      for (int k = pick(3) + 1; k > 0; --k) {
        const std::int32_t first = pick(graph.unit_count() + 1);
        const std::int32_t length = chance(15) ? static_cast<std::int32_t>(random_()) : pick(4);
        stage.units.push_back({first, first + length / 2});
      }
      plan.stages.push_back(stage);
    }
    for (int k = pick(4); k > 0; --k) {
      plan.outputs.push_back({pick(graph.unit_count() + 1), chance(5) ? pick(3) - 1 : 0});
    }
    return plan;
  }

  bool chance(int one_in) { return random_() % static_cast<unsigned>(one_in) == 0; }
  int pick(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }

 private:
  void spoil(transport::WireTensor& tensor) {
    if (chance(4)) tensor.encoded.codec = static_cast<transport::Codec>(pick(5));
    if (chance(6)) tensor.encoded.type = static_cast<DType>(pick(kDTypeCount));
    if (chance(6)) tensor.value.index = pick(3) - 1;
    if (chance(6) && !tensor.encoded.shape.empty()) {
      tensor.encoded.shape[0] = chance(2) ? std::int64_t{1} << pick(62) : -1;
    }
    if (chance(6)) tensor.encoded.payload_bytes /= 2;
  }

  std::mt19937 random_;
};

TEST(EdgeServiceFuzz, GarbageIsRefusedWithASentenceAndNeverFatal) {
  EdgeOptions options = tiny_options();
  options.slice_cache_bytes = 8 << 20;
  const EdgeService edge = EdgeService::open(options);
  int answers = 0, refusals = 0;
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    Garbage garbage(seed);
    EdgeClient client(edge.port());
    ASSERT_TRUE(client.welcomed());
    const std::uint64_t id = client.send(
        garbage.chance(6)
            ? transport::Body(transport::ProfileQuery{garbage.plan(tiny_model()->layers()), 1, 2})
        : garbage.chance(4)
            ? transport::Body(transport::Prepare{garbage.plan(tiny_model()->layers())})
            : transport::Body(garbage.request()));
    // The transport refuses some by itself, here or there; anything else is replied to.
    const auto reply = client.reply(id);
    if (!reply) continue;
    if (const auto* refused = std::get_if<transport::Refused>(&*reply)) {
      EXPECT_FALSE(refused->sentence.empty()) << "seed " << seed;
      EXPECT_NE(refused->why, Refusal::failed) << "seed " << seed << ": " << refused->sentence;
      ++refusals;
    } else {
      ++answers;
    }
  }
  EXPECT_GT(refusals, 100);
  EXPECT_GT(answers, 0);
  EdgeClient client(edge.port());
  expect_served(client, question(2, 0));
}

}  // namespace
}  // namespace branchline::runtime
