#pragma once

#include <vector>

#include "apps/lab/report/figure.h"

namespace branchline::lab {

/// What is drawn of `experiment traces -o DIR`, whose CSVs have no [[figure]]s of their own: a
/// timeline and a table for each network and trace.
std::vector<Figure> trace_figures();

}  // namespace branchline::lab
