#pragma once

#include <iosfwd>
#include <string>

#include "apps/lab/report/figure.h"
#include "apps/lab/report/figure_data.h"

namespace branchline::lab {

/// Writes ID.csv and ID.gp into `folder` and lets gnuplot draw ID.png and ID.svg there.
///
/// @param draw   false: gnuplot is not there, the files are written all the same
/// @param notes  gets a line when gnuplot fails
/// @returns the picture for a page; empty when it was not drawn
/// @throws RunError when the disk does not take it.
std::string draw_figure(const std::string& folder, const Figure& figure, const FigureData& data,
                        bool draw, std::ostream& notes);

}  // namespace branchline::lab
