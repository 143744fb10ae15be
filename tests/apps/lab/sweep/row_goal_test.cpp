#include "apps/lab/sweep/row_goal.h"

#include <gtest/gtest.h>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

ResultRow row(const std::string& method, double hit_rate) {
  ResultRow made;
  made.method = method;
  made.hit_rate = hit_rate;
  return made;
}

TEST(RowGoal, NamesTheRowsThatMissIt) {
  const std::vector<ResultRow> rows = {row("edgent", 0.5), row("branchline", 0.97)};
  EXPECT_EQ(missed_by(parse_row_goal("hit_rate>=0.95", "--require"), rows).size(), 1U);
  EXPECT_EQ(missed_by(parse_row_goal("hit_rate <= 0.4", "--require"), rows).size(), 2U);
  EXPECT_TRUE(
      missed_by(parse_row_goal("method=branchline: hit_rate>=0.95", "--require"), rows).empty());
}

TEST(RowGoal, IsMissedByWhatIsNotKnownAndByNoRows) {
  const std::vector<ResultRow> rows = {row("edgent", 0.5)};
  EXPECT_EQ(missed_by(parse_row_goal("measured_ms<=100", "--require"), rows).size(), 1U);
  EXPECT_EQ(missed_by(parse_row_goal("method=other: hit_rate>=0", "--require"), rows).size(), 1U);
}

TEST(RowGoal, IsRefusedBeforeAnythingRuns) {
  for (const std::string text : {"hit_rate", "hit_rate>0.9", "hit_rate>=often", "hitrate>=1",
                                 "link>=1", "branchline: hit_rate>=1", "metod=x: hit_rate>=1"}) {
    EXPECT_THROW(parse_row_goal(text, "--require"), InputError) << text;
  }
}

TEST(RowGoal, IsMetByItsBound) {
  for (const std::string text : {"hit_rate>=0.5", "hit_rate<=0.5"}) {
    EXPECT_TRUE(missed_by(parse_row_goal(text, "--require"), {row("edgent", 0.5)}).empty()) << text;
  }
  EXPECT_THROW(parse_row_goal("hit_rate<=inf", "--require"), InputError);
}

}  // namespace
}  // namespace branchline::lab
