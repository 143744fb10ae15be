#include "apps/lab/report/figure_file.h"

#include <gmock/gmock.h>

#include "tests/apps/lab/report/failure_of.h"
#include "tests/apps/lab/report/sample_run.h"

namespace branchline::lab {
namespace {

using branchline::testing::failure_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A figure of lines with these lines more; the first of them is line 7.
std::string figure_with(const std::string& more) {
  return "[[figure]]\nid = \"f\"\ntitle = \"T\"\nfrom = \"results.csv\"\nkind = \"lines\"\nx = "
         "\"a\"\n" +
         more;
}

std::string refusal_of(const std::string& toml) {
  return failure_of([&] { parse_figures(toml, "my.toml"); });
}

TEST(FigureFile, ReadsEveryKey) {
  const auto figures = parse_figures(
      figure_with(
          "y = [\"b\", \"c\"]\nnames = [\"B\", \"C\"]\nlow = [\"\", \"cl\"]\nhigh = [\"\", "
          "\"ch\"]\nseries = \"method\"\nx_label = \"A / s\"\ny_label = \"B / ms\"\nlog = "
          "\"xy\"\nwhere = { deadline_ms = 1000, method = [\"p\", \"q\"] }\nscale = { b = 1e3 "
          "}\nfor_each = \"model\"\nclaim = \"C\"\ncheck = \"k\"\nnote = \"N\"\n"),
      "my.toml");
  ASSERT_EQ(figures.size(), 1u);
  const Figure& figure = figures[0];
  EXPECT_EQ(figure.id, "f");
  EXPECT_EQ(figure.kind, FigureKind::lines);
  EXPECT_TRUE(figure.log_x && figure.lanes.at(0).log && !figure.diagonal);
  EXPECT_THAT(figure.lanes[0].y, ElementsAre("b", "c"));
  EXPECT_THAT(figure.lanes[0].names, ElementsAre("B", "C"));
  EXPECT_THAT(figure.lanes[0].low, ElementsAre("", "cl"));
  EXPECT_THAT(figure.lanes[0].series, ElementsAre("method"));
  EXPECT_EQ(figure.lanes[0].label, "B / ms");
  EXPECT_THAT(figure.where.at("deadline_ms"), ElementsAre("1000"));
  EXPECT_THAT(figure.where.at("method"), ElementsAre("p", "q"));
  EXPECT_EQ(figure.scale.at("b"), 1000);
  EXPECT_THAT(figure.for_each, ElementsAre("model"));
  EXPECT_EQ(figure.claim + figure.note, "CN");
  EXPECT_THAT(figure.checks, ElementsAre("k"));
}

TEST(FigureFile, LooksAtNothingButFigures) {
  EXPECT_TRUE(
      parse_figures("[experiment]\ntitle = \"T\"\n[[check]]\nkind = \"rises\"\n", "f").empty());
  EXPECT_EQ(parse_figures(branchline::testing::kSampleFigures, "f").size(), 3u);
}

TEST(FigureFile, ReadsTheLanesOfATimeline) {
  const auto figures = parse_figures(
      "[[figure]]\nid = \"t\"\ntitle = \"T\"\nfrom = \"frames.csv\"\nkind = \"timeline\"\nx = "
      "\"at\"\n"
      "lane = [{ y = [\"b\", \"c\"], label = \"B\", log = \"y\" }, { y = \"d\", points = true }]\n",
      "my.toml");
  ASSERT_EQ(figures.at(0).lanes.size(), 2u);
  EXPECT_TRUE(figures[0].lanes[0].log && !figures[0].lanes[0].points);
  EXPECT_TRUE(figures[0].lanes[1].points);
  EXPECT_EQ(figures[0].lanes[1].label, "d") << "the column's name without a label";
}

TEST(FigureFile, NamesTheLineOfAnUnknownKeyAndTheNearest) {
  const std::string message = refusal_of(figure_with("y = \"b\"\nserie = \"model\"\n"));
  EXPECT_THAT(message, HasSubstr("my.toml:8: serie: there is no such key in [[figure]]"));
  EXPECT_THAT(message, HasSubstr("did you mean 'series'?"));
}

TEST(FigureFile, NamesWhatIsMissingOrWrong) {
  EXPECT_THAT(refusal_of(figure_with("")), HasSubstr("my.toml:1: y: there is nothing to draw"));
  EXPECT_THAT(refusal_of(figure_with("y = \"b\"\nlog = \"z\"\n")),
              HasSubstr("my.toml:8: log: 'z' are no axes"));
  EXPECT_THAT(refusal_of(figure_with("y = \"b\"\ntitles = 1\n")), HasSubstr("titles"));
  EXPECT_THAT(refusal_of(figure_with("y = [\"b\", \"c\"]\nnames = [\"B\"]\n")),
              HasSubstr("my.toml:8: names: it has another length than 'y'"));
  EXPECT_THAT(refusal_of(figure_with("y = \"b\"\nlow = \"l\"\n")), HasSubstr("write low and high"));
  EXPECT_THAT(refusal_of(figure_with("y = \"b\"\nwhere = 3\n")),
              HasSubstr("where: it is no table"));
  EXPECT_THAT(refusal_of("[[figure]]\nid = \"../x\"\n"),
              HasSubstr("my.toml:2: id: '../x' cannot name a file"));
  EXPECT_THAT(refusal_of("[[figure]]\nid = \"x\"\ntitle = \"T\"\nkind = \"pie\"\n"),
              HasSubstr("my.toml:4: kind: 'pie' is no kind of figure. choose of lines"));
  EXPECT_THAT(refusal_of(figure_with("y = \"b\"\n") + figure_with("y = \"b\"\n")),
              HasSubstr("my.toml:9: id: two figures have the id 'f'"));
  EXPECT_THAT(refusal_of("[[figure]\n"), HasSubstr("my.toml:1"));
  EXPECT_THAT(refusal_of("figure = 3\n"), HasSubstr("write [[figure]]"));
}

}  // namespace
}  // namespace branchline::lab
