// What an edge counts of what it does.
#include <gmock/gmock.h>

#include <numeric>

#include "edge_questions.h"
#include "tests/support/eventually.h"

namespace branchline::runtime {
namespace {

using namespace std::chrono_literals;
using namespace branchline::testing;
using transport::Refusal;

std::uint64_t count_of(const DurationCounts& counts) {
  return std::accumulate(counts.counts.begin(), counts.counts.end(), std::uint64_t{0});
}

TEST_F(EdgeServiceTest, CountsAnswersByExitWithTheirTimes) {
  for (const int exit : {0, 2, 2}) expect_served(client_, question(exit, 0));
  const EdgeMetrics metrics = edge_.metrics();
  EXPECT_EQ(metrics.answered, 3u);
  EXPECT_EQ(count_of(metrics.queued), 3u);
  EXPECT_EQ(metrics.batches.at(1), 3u) << "each came when the one before was answered";
  ASSERT_EQ(metrics.computed.size(), 3u);
  EXPECT_EQ(count_of(metrics.computed[0]), 1u);
  EXPECT_EQ(count_of(metrics.computed[1]), 0u);
  EXPECT_EQ(count_of(metrics.computed[2]), 2u);
  EXPECT_GT(metrics.computed[2].sum, Duration(0));
}

TEST_F(EdgeServiceTest, CountsRefusalsByReasonAndExpiriesByStage) {
  const Question asked = question(1, 0);
  EXPECT_EQ(refusal(client_.ask(request_of(asked))).why, Refusal::not_ready);
  prepare(client_, asked.plan);
  EXPECT_EQ(refusal(client_.ask(request_of(asked, 0ns))).why, Refusal::expired);
  transport::Request request = request_of(asked);
  request.plan.digest = "nobody's";
  EXPECT_EQ(refusal(client_.ask(request)).why, Refusal::unknown_model);
  const EdgeMetrics metrics = edge_.metrics();
  EXPECT_EQ(metrics.refused.at("not_ready"), 1u);
  EXPECT_EQ(metrics.refused.at("unknown_model"), 1u);
  EXPECT_EQ(metrics.refused.at("overloaded"), 0u);
  EXPECT_EQ(metrics.expired.at("arrival"), 1u);
  EXPECT_EQ(edge_.status().expired, 1u);
  EXPECT_EQ(edge_.status().refused, 2u);
}

TEST_F(EdgeServiceTest, CountsBytesConnectionsAndWhatIsInFlight) {
  const EdgeMetrics before = edge_.metrics();
  EXPECT_EQ(before.connections, 1u);
  const Question asked = question(2, 0);
  expect_served(client_, asked);
  EXPECT_GE(edge_.metrics().bytes_in - before.bytes_in, transport::payload_bytes(asked.tensors));
  EXPECT_TRUE(eventually(10s, [&] { return edge_.metrics().bytes_out > before.bytes_out; }));
  EXPECT_TRUE(eventually(10s, [&] { return edge_.metrics().in_flight == 0; }));
  client_.close();
  EXPECT_TRUE(eventually(10s, [&] { return edge_.metrics().connections == 0; }));
}

TEST_F(EdgeServiceTest, NamesItsNetworks) {
  ASSERT_EQ(edge_.networks().size(), 1u);
  EXPECT_THAT(edge_.networks()[0], ::testing::HasSubstr("(" + tiny_model()->digest() + ")"));
}

}  // namespace
}  // namespace branchline::runtime
