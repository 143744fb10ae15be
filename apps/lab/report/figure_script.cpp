#include "apps/lab/report/figure_script.h"

#include <fmt/format.h>

#include <algorithm>

#include "apps/lab/report/figure_axes.h"
#include "framework/base/error.h"

namespace branchline::lab {
namespace {

constexpr const char* kLook = R"gp(set datafile separator ','
# Okabe and Ito's colours; change colours and shapes here.
set linetype 1 linecolor rgb '#0072B2' pointtype 7
set linetype 2 linecolor rgb '#D55E00' pointtype 5
set linetype 3 linecolor rgb '#009E73' pointtype 9
set linetype 4 linecolor rgb '#CC79A7' pointtype 13
set linetype 5 linecolor rgb '#E69F00' pointtype 11
set linetype 6 linecolor rgb '#56B4E9' pointtype 6
set linetype 7 linecolor rgb '#000000' pointtype 4
set linetype 8 linecolor rgb '#0072B2' pointtype 8 dashtype 2
set linetype 9 linecolor rgb '#D55E00' pointtype 10 dashtype 2
set linetype 10 linecolor rgb '#009E73' pointtype 12 dashtype 2
set linetype cycle 10
set border 3 linecolor rgb '#555555' linewidth 0.7
set tics nomirror textcolor rgb '#000000'
set grid ytics linetype -1 linecolor rgb '#dddddd' linewidth 0.5
set key outside above horizontal center Left reverse samplen 2
)gp";

/// A text between single quotes.
std::string quoted(const std::string& text) {
  std::string safe = "'";
  for (const char c : text) {
    if (c == '\'')
      safe += "''";
    else
      safe += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return safe + "'";
}

bool has_intervals(const FigureSeries& series) {
  return std::any_of(series.points.begin(), series.points.end(),
                     [](const FigurePoint& p) { return p.low != p.y || p.high != p.y; });
}

/// The pieces of a `plot` command, one a line.
class PlotCommand {
 public:
  explicit PlotCommand(std::string file) : file_(quoted(std::move(file))) {}

  void add(const std::string& piece) {
    text_ += (text_.empty() ? "  plot " : ", \\\n    ") + piece;
  }
  void add_data(std::size_t index, const std::string& how) {
    add(fmt::format("{} index {} using {}", file_, index, how));
  }
  std::string text() const { return text_ + "\n"; }

 private:
  const std::string file_;
  std::string text_;
};

std::string style_of(const Figure& figure, const FigureLane& lane) {
  if (figure.kind == FigureKind::lines) return "linespoints";
  if (figure.kind == FigureKind::timeline && !lane.points) return "steps";
  return "points";
}

/// Equal curves lie on each other: the earlier are drawn thicker, so that each can be seen.
std::string size_of(const Figure& figure, const FigureLane& lane, std::size_t i, std::size_t of) {
  if (figure.kind == FigureKind::timeline) return lane.points ? " pointsize 0.4" : "";
  if (figure.kind != FigureKind::lines || of < 2) return "";
  const double before = 1 - static_cast<double>(i) / static_cast<double>(of - 1);
  return fmt::format(" linewidth {:.2g} pointsize {:.2g}", 0.8 + 1.4 * before, 0.7 + 0.8 * before);
}

/// @param index  of the first series in the data
std::string lane_plot(const Figure& figure, const FigureLane& lane,
                      const std::vector<FigureSeries>& all, std::size_t index) {
  PlotCommand plot(figure.id + ".csv");
  if (figure.diagonal) plot.add("x with lines linetype -1 linewidth 0.6 notitle");
  const std::string style = style_of(figure, lane);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (has_intervals(all[i])) {
      plot.add_data(index + i,
                    fmt::format("1:2:3:4 with yerrorbars linetype {} pointsize 0 notitle", i + 1));
    }
    const std::string title = all.size() > 1 ? "title " + quoted(all[i].name) : "notitle";
    plot.add_data(index + i, fmt::format("1:2 with {} linetype {}{} {}", style, i + 1,
                                         size_of(figure, lane, i, all.size()), title));
  }
  return plot.text();
}

/// Where a group's first bar stands: one bar's width is left between groups.
std::size_t position_of(const std::vector<BarGroup>& groups, std::size_t group) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < group; ++i) at += groups[i].bars.size() + 1;
  return at;
}

std::string bars_plot(const Figure& figure, const std::vector<BarGroup>& groups) {
  const FigureLane& lane = figure.lanes.front();
  PlotCommand plot(figure.id + ".csv");
  for (std::size_t group = 0; group < groups.size(); ++group) {
    if (groups.size() > 1) plot.add(fmt::format("newhistogram at {}", position_of(groups, group)));
    for (std::size_t part = 0; part < lane.y.size(); ++part) {
      const std::string& name = lane.names.empty() ? lane.y[part] : lane.names[part];
      const bool told = group == 0 && lane.y.size() > 1;
      plot.add_data(group, fmt::format("{}:xtic(1) linetype {} {}", part + 2, part + 1,
                                       told ? "title " + quoted(name) : "notitle"));
    }
  }
  return plot.text();
}

/// Below the bars: their categories, upright where they would not fit beside each other, the names
/// of the groups, the axis' own. Heights are shares of the picture's.
std::string below_bars(const Figure& figure, const std::vector<BarGroup>& groups) {
  constexpr double kLine = 0.07, kCharacter = 0.024;
  std::size_t bars = 0, longest = 0, characters = 0;
  for (const BarGroup& group : groups) {
    bars += group.bars.size();
    characters += group.name.size();
    for (const FigureBar& bar : group.bars) longest = std::max(longest, bar.category.size());
  }
  std::string text;
  double height = kLine;
  if (bars * (longest + 1) > 48) {
    const int size = bars > 24 ? 7 : 9;
    text += fmt::format("set xtics rotate by 90 right font ',{}'\n", size);
    height = 0.03 + kCharacter * static_cast<double>(longest) * size / 11;
  }
  const bool staggered = characters > 40;
  const int names = groups.size() < 2 ? 0 : staggered ? 2 : 1;
  text +=
      fmt::format("set bmargin at screen {:.3g}\nset label {} at graph 0.5, screen 0.035 center\n",
                  height + kLine * (1 + names), quoted(figure.x_label));
  for (std::size_t i = 0; groups.size() > 1 && i < groups.size(); ++i) {
    const double line = staggered && i % 2 == 0 ? 2 : 1;
    const double middle = static_cast<double>(position_of(groups, i)) +
                          0.5 * (static_cast<double>(groups[i].bars.size()) - 1);
    text += fmt::format("set label {} at first {:g}, screen {:.3g} center\n",
                        quoted(groups[i].name), middle, kLine * line + 0.035);
  }
  return text;
}

std::string bars_axes(const Figure& figure, const std::vector<BarGroup>& groups) {
  const FigureLane& lane = figure.lanes.front();
  return "set style data histograms\nset style histogram rowstacked\n"
         "set style fill solid 0.9 noborder\nset boxwidth 0.75\nset xtics scale 0\n" +
         std::string(lane.log ? "set logscale y\n" : "set yrange [0:*]\n") + "set ylabel " +
         quoted(lane.label) + "\n" + below_bars(figure, groups);
}

std::string plain_axes(const Figure& figure, const std::vector<FigureSeries>& all) {
  Extent x = extent_of(all, true), y = extent_of(all, false);
  if (figure.diagonal) {
    x.take(y.low), x.take(y.high);
    y = x;
  }
  const FigureLane& lane = figure.lanes.front();
  return "set xlabel " + quoted(figure.x_label) + "\nset ylabel " + quoted(lane.label) + "\n" +
         axis_text('x', x, figure.log_x) + axis_text('y', y, lane.log);
}

/// All lanes below each other; only the lowest has labels on its time axis.
std::string timeline_plots(const Figure& figure, const FigureData& data) {
  Extent x;
  std::vector<std::size_t> drawn;
  for (std::size_t i = 0; i < data.lanes.size(); ++i) {
    if (data.lanes[i].empty()) continue;
    drawn.push_back(i);
    const Extent lane = extent_of(data.lanes[i], true);
    x.take(lane.low), x.take(lane.high);
  }
  // A lane is 350 pixels high; above it its legend, below the last one the time.
  const double height = 350.0 * static_cast<double>(drawn.size());
  std::string text = fmt::format(
      "  set multiplot layout {},1 margins 0.15,0.97,{:.3g},{:.3g} spacing {:.3g}\n"
      "  set key at graph 1, graph 1.02 right bottom horizontal\n{}",
      drawn.size(), 115 / height, 1 - 60 / height, 95 / height, axis_text('x', x, false));
  std::size_t index = 0;
  for (const std::size_t i : drawn) {
    const bool last = i == drawn.back();
    const FigureLane& lane = figure.lanes[i];
    text += last ? "  set format x '%g'\n  set xlabel " + quoted(figure.x_label) + "\n"
                 : std::string("  set format x ''\n  unset xlabel\n");
    text += "  unset logscale y\n  set ytics autofreq\n  set ylabel " + quoted(lane.label) + "\n" +
            axis_text('y', extent_of(data.lanes[i], false), lane.log) +
            lane_plot(figure, lane, data.lanes[i], index);
    index += data.lanes[i].size();
  }
  return text + "  unset multiplot\n";
}

std::string drawing(const Figure& figure, const FigureData& data) {
  const bool lanes = figure.kind == FigureKind::timeline;
  const int more = lanes ? static_cast<int>(data.lanes.size()) : 2;
  const std::string plots = lanes ? timeline_plots(figure, data)
                            : figure.kind == FigureKind::bars
                                ? bars_plot(figure, data.groups)
                                : lane_plot(figure, figure.lanes[0], data.lanes[0], 0);
  return fmt::format(
      R"gp(do for [kind in 'png svg'] {{
  if (kind eq 'png') {{
    set terminal pngcairo noenhanced size 1050,{0} font 'sans,11' fontscale 2 linewidth 2.5 pointscale 2 background rgb 'white'
  }} else {{
    set terminal svg noenhanced size 390,{1} dynamic font 'sans-serif,11' linewidth 1.3
    set pointsize 0.7
  }}
  set output '{2}.'.kind
{3}}}
)gp",
      350 * more, 140 * more, figure.id, plots);
}

std::string line_of(const std::vector<double>& numbers) {
  std::string text;
  for (const double number : numbers)
    text += fmt::format("{}{:.9g}", text.empty() ? "" : ",", number);
  return text + "\n";
}

/// A cell between quotes when it needs them.
std::string cell_text(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string safe;
  for (const char c : text) safe += c == '"' ? std::string("\"\"") : std::string(1, c);
  return "\"" + safe + "\"";
}

}  // namespace

std::string figure_csv(const Figure& figure, const FigureData& data) {
  std::string text;
  int blocks = 0;
  const auto begin_block = [&](const std::string& name, const std::string& columns) {
    text += fmt::format("{}# {}{}\n", blocks++ == 0 ? "" : "\n\n", name.empty() ? "" : name + ": ",
                        columns);
  };
  for (const BarGroup& group : data.groups) {
    std::string columns = figure.x;
    for (const std::string& y : figure.lanes.front().y) columns += "," + y;
    begin_block(group.name, columns);
    for (const FigureBar& bar : group.bars)
      text += cell_text(bar.category) + "," + line_of(bar.parts);
  }
  for (const std::vector<FigureSeries>& lane : data.lanes) {
    for (const FigureSeries& series : lane) {
      begin_block(series.name, figure.x + ",y,low,high");
      for (const FigurePoint& p : series.points) text += line_of({p.x, p.y, p.low, p.high});
    }
  }
  return text;
}

std::string figure_script(const Figure& figure, const FigureData& data) {
  BL_EXPECT(!data.empty(), "nothing to draw in " + figure.id);
  std::string text =
      fmt::format("# {1}\n# Draws {0}.png and {0}.svg from {0}.csv: gnuplot {0}.gp\n", figure.id,
                  quotable(figure.title)) +
      kLook;
  if (figure.kind == FigureKind::bars) text += bars_axes(figure, data.groups);
  if (figure.kind == FigureKind::lines || figure.kind == FigureKind::scatter)
    text += plain_axes(figure, data.lanes.front());
  if (figure.kind == FigureKind::scatter) text += "set grid xtics ytics\n";
  return text + drawing(figure, data);
}

}  // namespace branchline::lab
