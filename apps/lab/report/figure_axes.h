#pragma once

#include <limits>
#include <string>
#include <vector>

#include "apps/lab/report/figure_data.h"

namespace branchline::lab {

/// From where to where an axis must reach; low > high: nothing to show.
struct Extent {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  bool whole = true;  ///< all of them whole numbers: exits, for one

  void take(double value);  ///< infinite ones have no place on an axis
};

/// Of x, or of y with its intervals.
Extent extent_of(const std::vector<FigureSeries>& lane, bool of_x);

/// Gnuplot's range, scale and tics of an axis, 'x' or 'y', a command a line. A logarithmic axis has
/// no place for 0: such data get a linear one.
std::string axis_text(char axis, const Extent& extent, bool log);

}  // namespace branchline::lab
