#include "branchline/result.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace branchline {
namespace {

constexpr int kOutcomes = static_cast<int>(Outcome::error) + 1;

Result answered(Outcome outcome, Why why) {
  Result result;
  result.outcome = outcome;
  result.why = why;
  result.plan.exit = 4;
  result.plan.exits = 5;
  result.plan.place = Place::split;
  result.plan.stages = {{Tier::device, {{0, 4}}, {}, 0, "int8"}, {Tier::edge, {{5, 9}}, {}, 0, ""}};
  result.link.edge = "127.0.0.1:7400";
  result.latency = std::chrono::microseconds(43120);
  result.deadline = std::chrono::milliseconds(100);
  result.outputs.push_back({});
  return result;
}

TEST(Result, ExplainsAPlannedAnswer) {
  EXPECT_EQ(answered(Outcome::ok, Why::planned).explain(),
            "exit 4 of 5 in 43.1 ms of 100.0 ms, split with 127.0.0.1:7400 (the device keeps units "
            "0-4): as planned.");
}

TEST(Result, ExplainsAFallBack) {
  Result result = answered(Outcome::ok, Why::edge_timeout);
  result.abandoned = result.plan;
  result.plan = {2, 5, Place::device, {}, {}, {}, {}};
  EXPECT_EQ(
      result.explain(),
      "exit 2 of 5 in 43.1 ms of 100.0 ms, on the device, instead of exit 4 of 5 split with "
      "127.0.0.1:7400 (the device keeps units 0-4): the answer of 127.0.0.1:7400 did not come "
      "in time.");
}

TEST(Result, ExplainsEveryWhyInItsOwnWords) {
  std::set<std::string> sentences, names;
  for (std::size_t why = 0; why < kWhys; ++why) {
    sentences.insert(answered(Outcome::ok, static_cast<Why>(why)).explain());
    names.insert(name_of(static_cast<Why>(why)));
  }
  EXPECT_EQ(sentences.size(), kWhys);
  EXPECT_EQ(names.size(), kWhys);
  EXPECT_FALSE(names.contains("unknown"));
}

TEST(Result, SaysWhyThereIsNoAnswer) {
  Result result;
  result.outcome = Outcome::bad_input;
  result.detail = "inputs: the picture has no data";
  EXPECT_FALSE(result);
  EXPECT_EQ(result.explain(), "bad input (inputs: the picture has no data).");
  std::set<std::string> names;
  for (int outcome = 0; outcome < kOutcomes; ++outcome) {
    names.insert(name_of(static_cast<Outcome>(outcome)));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(kOutcomes));
}

}  // namespace
}  // namespace branchline
