#include "transport/edge_list.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/fake_clock.h"

namespace branchline::transport {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kAll = 99;

class EdgeListTest : public ::testing::Test {
 protected:
  EdgeList list_of(int count, std::uint64_t seed = 1) {
    std::vector<Endpoint> edges;
    for (int i = 0; i < count; ++i) edges.push_back({"edge", static_cast<std::uint16_t>(i + 1)});
    return {std::move(edges), clock_.now(), seed};
  }
  /// Tries and fails. @returns how long it must wait then
  Duration wait_after_failure(EdgeList& edges, bool hurried = true) {
    edges.engage(0);
    edges.fail(0, clock_.now(), false, hurried);
    const Duration wait = edges.next_try(kAll) - clock_.now();
    clock_.advance(wait);
    return wait;
  }
  branchline::testing::FakeClock clock_;
};

TEST_F(EdgeListTest, OffersTheMostPreferredThatMayBeTried) {
  EdgeList edges = list_of(3);
  EXPECT_EQ(edges.next(clock_.now(), kAll), 0u);
  edges.engage(0);
  EXPECT_EQ(edges.next(clock_.now(), kAll), 1u);
  EXPECT_EQ(edges.next(clock_.now(), 1), std::nullopt);
  edges.fail(0, clock_.now(), false, true);
  EXPECT_EQ(edges.next(clock_.now(), kAll), 1u);
  edges.engage(1);
  edges.engage(2);
  EXPECT_EQ(edges.next(clock_.now(), kAll), std::nullopt);
  clock_.advance(milliseconds(50));
  EXPECT_EQ(edges.next(clock_.now(), kAll), 0u);
}

TEST_F(EdgeListTest, BacksOffTwiceAsLongEachTimeUpToASecond) {
  EdgeList edges = list_of(1);
  Duration longest = milliseconds(50);
  for (int failure = 0; failure < 50; ++failure) {
    const Duration wait = wait_after_failure(edges);
    EXPECT_GE(wait, longest / 2);
    EXPECT_LE(wait, longest);
    longest = std::min<Duration>(2 * longest, seconds(1));
  }
}

TEST_F(EdgeListTest, ClientsOfOneEdgeDoNotComeBackAsOne) {
  std::set<Duration> waits;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    EdgeList edges = list_of(1, seed);
    waits.insert(wait_after_failure(edges));
  }
  EXPECT_EQ(waits.size(), 20u);
}

TEST_F(EdgeListTest, OnlyAnEdgeThatStoodForAWhileIsForgiven) {
  EdgeList edges = list_of(1);
  for (int flap = 0; flap < 10; ++flap) {
    edges.stand(0, clock_.now());
    clock_.advance(seconds(1));
    wait_after_failure(edges);
  }
  edges.stand(0, clock_.now());
  clock_.advance(seconds(1));
  EXPECT_GE(wait_after_failure(edges), milliseconds(500)) << "it flaps";
  edges.stand(0, clock_.now());
  clock_.advance(seconds(6));
  EXPECT_LE(wait_after_failure(edges), milliseconds(50));
}

TEST_F(EdgeListTest, HurriesOnceNothingServesAnyMore) {
  EdgeList edges = list_of(1);
  for (int failure = 0; failure < 20; ++failure) wait_after_failure(edges, false);
  edges.engage(0);
  edges.fail(0, clock_.now(), false, false);
  EXPECT_GE(edges.next_try(kAll) - clock_.now(), seconds(2));
  edges.hurry(clock_.now());
  EXPECT_LE(edges.next_try(kAll) - clock_.now(), seconds(1));
}

TEST_F(EdgeListTest, AMisfitIsNotAskedSoon) {
  EdgeList edges = list_of(1);
  edges.engage(0);
  edges.fail(0, clock_.now(), true, true);
  edges.hurry(clock_.now());
  EXPECT_GE(edges.next_try(kAll) - clock_.now(), milliseconds(2500));
}

}  // namespace
}  // namespace branchline::transport
