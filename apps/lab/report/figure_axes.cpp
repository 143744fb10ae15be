#include "apps/lab/report/figure_axes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace branchline::lab {
namespace {

/// 1, 2, 5, 10, …: gnuplot itself labels whole decades only. Empty for what has no logarithm.
std::string decade_tics(const Extent& extent) {
  std::string tics;
  if (!(extent.low > 0 && std::isfinite(extent.low) && std::isfinite(extent.high))) return tics;
  for (int decade = static_cast<int>(std::floor(std::log10(extent.low)));
       std::pow(10, decade) <= extent.high; ++decade) {
    for (const int step : {1, 2, 5}) {
      const double tic = step * std::pow(10, decade);
      if (tic >= extent.low / 1.2 && tic <= extent.high * 1.2)
        tics += fmt::format("{}{:.6g}", tics.empty() ? "" : ", ", tic);
    }
  }
  return tics;
}

}  // namespace

void Extent::take(double value) {
  if (!std::isfinite(value)) return;
  low = std::min(low, value);
  high = std::max(high, value);
  whole = whole && value == std::floor(value);
}

Extent extent_of(const std::vector<FigureSeries>& lane, bool of_x) {
  Extent extent;
  for (const FigureSeries& series : lane) {
    for (const FigurePoint& point : series.points) {
      for (const double y : {point.low, point.y, point.high}) extent.take(of_x ? point.x : y);
    }
  }
  return extent;
}

std::string axis_text(char axis, const Extent& extent, bool log) {
  if (extent.low > extent.high) return fmt::format("set {}range [0:1]\n", axis);
  if (log && extent.low > 0) {
    std::string text = fmt::format("set logscale {0}\nset {0}range [{1:.6g}:{2:.6g}]\n", axis,
                                   extent.low / 1.15, extent.high * 1.15);
    const std::string tics = decade_tics(extent);
    if (extent.high / extent.low < 200 && !tics.empty())
      text += fmt::format("set {}tics ({})\n", axis, tics);
    return text;
  }
  const double width = extent.high - extent.low;
  if (axis == 'y') {
    if (extent.low < 0) return "set yrange [*:*]\n";
    return fmt::format("set yrange [0:{:.6g}]\n{}", extent.high > 0 ? 1.08 * extent.high : 1,
                       extent.whole && extent.high <= 8 ? "set ytics 1\n" : "");
  }
  const double margin = width > 0 ? 0.03 * width : 0.5;
  return fmt::format("set xrange [{:.6g}:{:.6g}]\n", extent.low - margin, extent.high + margin);
}

}  // namespace branchline::lab
