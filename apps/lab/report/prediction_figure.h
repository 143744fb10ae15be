#pragma once

#include "apps/lab/report/figure.h"

namespace branchline::lab {

/// Predicted against measured time, over all rows of results.csv.
Figure prediction_figure();

}  // namespace branchline::lab
