#include "framework/runtime/remote_timer.h"

#include <gmock/gmock.h>

#include "edge_questions.h"
#include "framework/base/error.h"
#include "framework/profile/exit_segments.h"

namespace branchline::runtime {
namespace {

using namespace std::chrono_literals;
using namespace branchline::testing;
using ::testing::HasSubstr;

TEST(RemoteTimer, ProfilesAnEdgeOverTcp) {
  const EdgeService edge = EdgeService::open(tiny_options());
  const graph::LayerGraph& graph = tiny_model()->layers();
  const EdgeProfiler profiler(graph, "127.0.0.1:" + std::to_string(edge.port()), 60s);
  profile::TimerOptions options;
  options.runs = 4;
  options.warmup = 1;
  const profile::TierProfile profile = profile::time_cuts(graph, profiler.runs(), options);
  EXPECT_EQ(profile.unit_time.size(), graph.units.size());
  EXPECT_GT(profile.cuts.front().suffix.median, Duration(0));
  EXPECT_EQ(profiler.machine().key.digest, tiny_model()->digest());
  EXPECT_EQ(profiler.machine().key.machine, profile::local_key(graph).machine);
}

TEST(RemoteTimer, TellsWhyAnEdgeDoesNotProfile) {
  const EdgeService edge = EdgeService::open(tiny_options());
  const std::string address = "127.0.0.1:" + std::to_string(edge.port());
  graph::LayerGraph other = tiny_model()->layers();
  other.digest = "feedbeef";
  try {
    EdgeProfiler(other, address, 60s);
    FAIL() << "an edge without the network was accepted";
  } catch (const RunError& error) {
    EXPECT_THAT(error.what(), HasSubstr("feedbeef"));
  }
  const EdgeProfiler profiler(tiny_model()->layers(), address, 60s);
  EXPECT_THROW(profiler.runs()({{{99, 99}}, {{99, 0}}}, 1, 1), RunError);
}

TEST(RemoteTimer, TellsWhenTheEdgeGoesAway) {
  EdgeService edge = EdgeService::open(tiny_options());
  const graph::LayerGraph& graph = tiny_model()->layers();
  const EdgeProfiler profiler(graph, "127.0.0.1:" + std::to_string(edge.port()), 60s);
  edge.stop(0s);
  EXPECT_THROW(profiler.runs()(profile::whole_of(graph, 0), 1, 1), RunError);
}

}  // namespace
}  // namespace branchline::runtime
