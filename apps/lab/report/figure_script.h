#pragma once

#include <string>

#include "apps/lab/report/figure.h"
#include "apps/lab/report/figure_data.h"

namespace branchline::lab {

/// What `ID.gp` reads: a block of lines per series (in the order of the lanes) or group of bars,
/// two empty lines between blocks, so that gnuplot finds the n-th as `index n`.
std::string figure_csv(const Figure& figure, const FigureData& data);

/// A gnuplot script that draws ID.png, 1050 pixels wide (a column of a paper at 300 dpi), and
/// ID.svg from ID.csv. Colours are Okabe and Ito's, which colour-blind readers tell apart; shapes
/// differ, too. `data` is not empty.
std::string figure_script(const Figure& figure, const FigureData& data);

}  // namespace branchline::lab
