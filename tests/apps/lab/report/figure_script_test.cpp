#include "apps/lab/report/figure_script.h"

#include <gmock/gmock.h>

#include <limits>
#include <opencv2/imgcodecs.hpp>
#include <sstream>

#include "apps/lab/report/figure_picture.h"
#include "apps/lab/report/gnuplot.h"
#include "tests/apps/lab/report/sample_run.h"

namespace branchline::lab {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Figure plain_figure() {
  Figure figure;
  figure.id = "fig";
  figure.title = "Edgent's time";
  figure.x = "rate";
  figure.x_label = "uplink / Mbit/s";
  figure.log_x = true;
  FigureLane lane;
  lane.y = {"ms"};
  lane.label = "time / ms";
  figure.lanes = {lane};
  return figure;
}

FigureData plain_data() {
  FigureData data;
  data.lanes = {
      {{"edgent", {{0.5, 40, 40, 40}, {2, 20, 18, 23}}}, {"it's ours", {{1, 10, 10, 10}}}}};
  return data;
}

TEST(FigureScript, WritesABlockOfDataPerSeries) {
  EXPECT_EQ(figure_csv(plain_figure(), plain_data()),
            "# edgent: rate,y,low,high\n0.5,40,40,40\n2,20,18,23\n\n\n"
            "# it's ours: rate,y,low,high\n1,10,10,10\n");
}

TEST(FigureScript, IsThisTextAfterItsLook) {
  const std::string script = figure_script(plain_figure(), plain_data());
  EXPECT_THAT(script,
              ::testing::StartsWith("# Edgent's time\n# Draws fig.png and fig.svg from "
                                    "fig.csv: gnuplot fig.gp\nset datafile separator ','\n"));
  EXPECT_EQ(script.substr(script.find("set xlabel")), R"gp(set xlabel 'uplink / Mbit/s'
set ylabel 'time / ms'
set logscale x
set xrange [0.434783:2.3]
set xtics (0.5, 1, 2)
set yrange [0:43.2]
do for [kind in 'png svg'] {
  if (kind eq 'png') {
    set terminal pngcairo noenhanced size 1050,700 font 'sans,11' fontscale 2 linewidth 2.5 pointscale 2 background rgb 'white'
  } else {
    set terminal svg noenhanced size 390,280 dynamic font 'sans-serif,11' linewidth 1.3
    set pointsize 0.7
  }
  set output 'fig.'.kind
  plot 'fig.csv' index 0 using 1:2:3:4 with yerrorbars linetype 1 pointsize 0 notitle, \
    'fig.csv' index 0 using 1:2 with linespoints linetype 1 linewidth 2.2 pointsize 1.5 title 'edgent', \
    'fig.csv' index 1 using 1:2 with linespoints linetype 2 linewidth 0.8 pointsize 0.7 title 'it''s ours'
}
)gp");
}

TEST(FigureScript, QuotesAndZeroDoNoHarm) {
  Figure figure = plain_figure();
  figure.x_label = "it's `date`";
  FigureData data = plain_data();
  data.lanes[0][0].points[0].x = 0;
  const std::string script = figure_script(figure, data);
  EXPECT_THAT(script, HasSubstr("set xlabel 'it''s `date`'"));
  EXPECT_THAT(script, Not(HasSubstr("logscale"))) << "0 has no place on a logarithmic axis";
}

TEST(FigureScript, InfiniteValuesDoNoHarm) {
  const double infinite = std::numeric_limits<double>::infinity();
  FigureData data = plain_data();
  data.lanes[0][0].points[1] = {infinite, infinite, infinite, infinite};
  const std::string script = figure_script(plain_figure(), data);
  EXPECT_THAT(script, HasSubstr("set xrange [0.434783:1.15]\nset xtics (0.5, 1)\n"));
  EXPECT_THAT(script, HasSubstr("set yrange [0:43.2]\n"));
  data.lanes[0] = {{"edgent", {data.lanes[0][0].points[1]}}};
  EXPECT_THAT(figure_script(plain_figure(), data),
              HasSubstr("set xrange [0:1]\nset yrange [0:1]\n"));
}

TEST(FigureScript, BarsStackTheirPartsGroupByGroup) {
  Figure figure = plain_figure();
  figure.kind = FigureKind::bars;
  figure.lanes[0].y = {"device", "uplink"};
  FigureData data;
  data.groups = {{"edge-only", {{"0.5", {1, 20}}}}, {"device-only", {{"0.5", {30, 0}}}}};
  EXPECT_EQ(figure_csv(figure, data),
            "# edge-only: rate,device,uplink\n0.5,1,20\n\n\n# device-only: "
            "rate,device,uplink\n0.5,30,0\n");
  const std::string script = figure_script(figure, data);
  EXPECT_THAT(script, HasSubstr("plot newhistogram at 0, \\\n    'fig.csv' index 0 using 2:xtic(1) "
                                "linetype 1 title 'device'"));
  EXPECT_THAT(script, HasSubstr("newhistogram at 2, \\\n    'fig.csv' index 1 using 2:xtic(1) "
                                "linetype 1 notitle"));
  EXPECT_THAT(script, HasSubstr("set label 'device-only' at first 2, "));
}

/// The share of pixels that are nearly of this colour.
double share_of(const cv::Mat& picture, const cv::Vec3b& bgr) {
  int found = 0;
  for (auto at = picture.begin<cv::Vec3b>(); at != picture.end<cv::Vec3b>(); ++at)
    found += cv::norm(*at, bgr, cv::NORM_INF) < 12 ? 1 : 0;
  return static_cast<double>(found) / static_cast<double>(picture.total());
}

TEST(FigurePicture, IsAPictureWithEverySeriesInItsColour) {
  if (!has_gnuplot()) GTEST_SKIP() << "gnuplot is not installed: scripts/setup";
  const branchline::testing::SampleRun folder("branchline_figure_script_test");
  std::ostringstream notes;
  for (const FigureKind kind : {FigureKind::lines, FigureKind::scatter, FigureKind::timeline}) {
    Figure figure = plain_figure();
    figure.kind = kind;
    const std::string svg = draw_figure(folder.path(), figure, plain_data(), true, notes);
    EXPECT_EQ(notes.str(), "");
    const cv::Mat png = cv::imread(folder.path("fig.png"));
    EXPECT_EQ(png.cols, 1050);
    EXPECT_EQ(png.rows, kind == FigureKind::timeline ? 350 : 700);
    EXPECT_GT(share_of(png, {255, 255, 255}), 0.7);
    EXPECT_GT(share_of(png, {0xB2, 0x72, 0x00}), 2e-4) << "blue";
    EXPECT_GT(share_of(png, {0x00, 0x5E, 0xD5}), 1e-4) << "vermilion";
    EXPECT_THAT(svg, HasSubstr("<title>Edgent's time</title>"));
    EXPECT_THAT(svg, HasSubstr("var(--series1)"));
    EXPECT_THAT(svg, Not(HasSubstr("rgb(")));
    EXPECT_THAT(svg, Not(HasSubstr("\"black\"")));
  }
}

TEST(FigurePicture, SaysWhereGnuplotsComplaintIs) {
  if (!has_gnuplot()) GTEST_SKIP() << "gnuplot is not installed: scripts/setup";
  const branchline::testing::SampleRun folder("branchline_figure_script_test");
  folder.write("bad.gp", "plot nonsense(\n");
  EXPECT_THAT(run_gnuplot(folder.path(), "bad"), HasSubstr("gnuplot failed, see " + folder.path()));
  EXPECT_THAT(folder.read("bad.log"), HasSubstr("nonsense"));
}

}  // namespace
}  // namespace branchline::lab
