#include "apps/lab/report/figure_data.h"

#include <gmock/gmock.h>

#include "tests/apps/lab/report/failure_of.h"

namespace branchline::lab {
namespace {

using branchline::testing::failure_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const char* const kRows =
    "model,method,rate,ms,low,high,bytes\n"
    "a,edgent,2,20,18,23,1000\n"
    "a,edgent,1,40,,,2000\n"
    "a,branchline,1,,,,\n"
    "a,branchline,2,10,9,11,500\n"
    "b,edgent,1,70,60,80,100\n";

CsvTable rows() { return CsvTable::parse(kRows, "results.csv"); }

Figure lines() {
  Figure figure;
  figure.id = "f";
  figure.title = "Time";
  figure.x = "rate";
  FigureLane lane;
  lane.y = {"ms"};
  lane.low = {"low"};
  lane.high = {"high"};
  lane.series = {"method"};
  figure.lanes = {lane};
  figure.where = {{"model", {"a"}}};
  return figure;
}

TEST(FigureData, ASeriesPerTextSortedByX) {
  const FigureData data = figure_data(lines(), {{"", rows()}});
  ASSERT_EQ(data.lanes.at(0).size(), 2u);
  EXPECT_EQ(data.lanes[0][0].name, "edgent");
  EXPECT_THAT(data.lanes[0][0].points,
              ElementsAre(FigurePoint{1, 40, 40, 40}, FigurePoint{2, 20, 18, 23}));
  EXPECT_THAT(data.lanes[0][1].points, ElementsAre(FigurePoint{2, 10, 9, 11}))
      << "an empty cell is no point";
}

TEST(FigureData, ScalesValueAndIntervalAlike) {
  Figure figure = lines();
  figure.scale = {{"ms", 1e-3}, {"rate", 8}};
  const FigureData data = figure_data(figure, {{"", rows()}});
  EXPECT_EQ(data.lanes[0][0].points[1], (FigurePoint{16, 20 * 1e-3, 18 * 1e-3, 23 * 1e-3}));
}

TEST(FigureData, TellsRunsAndColumnsApart) {
  Figure figure = lines();
  figure.lanes[0].y = {"ms", "bytes"};
  figure.lanes[0].names = {"time", "size"};
  figure.lanes[0].low = figure.lanes[0].high = {};
  figure.where["method"] = {"edgent"};
  const FigureData data = figure_data(figure, {{"now", rows()}, {"before", rows()}});
  std::vector<std::string> names;
  for (const FigureSeries& series : data.lanes[0]) names.push_back(series.name);
  EXPECT_THAT(names, ElementsAre("edgent, time (now)", "edgent, size (now)",
                                 "edgent, time (before)", "edgent, size (before)"));
}

TEST(FigureData, ANumberIsNamedWithItsColumn) {
  Figure figure = lines();
  figure.lanes[0].series = {"method", "rate"};
  EXPECT_EQ(figure_data(figure, {{"", rows()}}).lanes[0][0].name, "edgent rate 2");
}

TEST(FigureData, BarsAreGroupedBySeries) {
  Figure figure = lines();
  figure.kind = FigureKind::bars;
  figure.lanes[0].y = {"ms", "bytes"};
  const FigureData data = figure_data(figure, {{"", rows()}});
  ASSERT_EQ(data.groups.size(), 2u);
  EXPECT_EQ(data.groups[0].bars.at(0).category, "2") << "in the order of the rows";
  EXPECT_THAT(data.groups[0].bars[0].parts, ElementsAre(20, 1000));
  EXPECT_EQ(data.groups[1].bars.size(), 1u) << "a row without any part is no bar";
}

TEST(FigureData, NoRowThatFitsIsEmpty) {
  Figure figure = lines();
  figure.where["method"] = {"nobody"};
  EXPECT_TRUE(figure_data(figure, {{"", rows()}}).empty());
  figure.kind = FigureKind::bars;
  EXPECT_TRUE(figure_data(figure, {{"", rows()}}).empty());
}

TEST(FigureData, MissingColumnsAreNamed) {
  Figure figure = lines();
  figure.x = "bandwidth";
  EXPECT_THAT(failure_of([&] { figure_data(figure, {{"", rows()}}); }), HasSubstr("'bandwidth'"));
  figure = lines();
  figure.lanes[0].y = {"method"};
  EXPECT_THAT(failure_of([&] { figure_data(figure, {{"", rows()}}); }), HasSubstr("is no number"));
}

TEST(Expand, OneFigureForEachCombination) {
  Figure figure = lines();
  figure.where = {};
  figure.for_each = {"model", "method"};
  const std::vector<Figure> all = expand(figure, rows());
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].id, "f-a-edgent");
  EXPECT_EQ(all[0].title, "Time: a, edgent");
  EXPECT_EQ(all[2].id, "f-b-edgent") << "b has no branchline";
  EXPECT_EQ(figure_data(all[2], {{"", rows()}}).lanes[0].size(), 1u);
  EXPECT_EQ(expand(lines(), rows()).size(), 1u);
}

}  // namespace
}  // namespace branchline::lab
