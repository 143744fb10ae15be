#include "framework/runtime/edge_reply.h"

#include <gtest/gtest.h>

namespace branchline::runtime {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

/// The reply to a request that asked for nothing back, 100 ms after it was sent.
EdgeReply reply_saying(Duration queued, Duration compute, Duration download = milliseconds(10)) {
  transport::Answer answer;
  answer.queued = queued;
  answer.compute = compute;
  LinkReply reply;
  reply.took = milliseconds(100);
  reply.download = download;
  reply.body = std::move(answer);
  return read_reply({}, {}, std::move(reply));
}

Duration sum_of(const EdgeReply& reply) {
  return reply.uplink + reply.queued + reply.compute + reply.downlink;
}

TEST(EdgeReply, SharesOutTheRoundTrip) {
  const EdgeReply reply = reply_saying(milliseconds(5), milliseconds(25));
  EXPECT_EQ(reply.uplink, milliseconds(60));
  EXPECT_EQ(reply.queued, milliseconds(5));
  EXPECT_EQ(reply.compute, milliseconds(25));
  EXPECT_EQ(reply.downlink, milliseconds(10));
}

TEST(EdgeReply, DoesNotBelieveAnEdgeThatSaysItWasBusyLongerThanWeWaited) {
  for (const auto& [queued, compute, download] :
       {std::tuple{milliseconds(0), milliseconds(500), milliseconds(10)},
        std::tuple{milliseconds(500), milliseconds(20), milliseconds(10)},
        std::tuple{milliseconds(hours(24)), milliseconds(hours(24)), milliseconds(0)},
        std::tuple{milliseconds(1), milliseconds(1), milliseconds(300)},
        std::tuple{milliseconds(-5), milliseconds(-5), milliseconds(-5)}}) {
    const EdgeReply reply = reply_saying(queued, compute, download);
    EXPECT_EQ(sum_of(reply), milliseconds(100));
    for (const Duration part : {reply.uplink, reply.queued, reply.compute, reply.downlink}) {
      EXPECT_GE(part, Duration::zero());
    }
  }
}

TEST(EdgeReply, PlacesWhatTheEdgeDidWithinTheRoundTrip) {
  std::vector<Span> spans;
  add_spans(reply_saying(milliseconds(5), milliseconds(25)), milliseconds(130), spans);
  ASSERT_EQ(spans.size(), 4u);
  Duration begin = milliseconds(30);
  const Step steps[] = {Step::upload, Step::edge_queue, Step::edge, Step::download};
  for (std::size_t i = 0; i < spans.size(); ++i) {
    EXPECT_EQ(spans[i].step, steps[i]);
    EXPECT_EQ(spans[i].begin, begin);
    begin += spans[i].length;
  }
  EXPECT_EQ(begin, milliseconds(130));
}

}  // namespace
}  // namespace branchline::runtime
