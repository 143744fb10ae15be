#pragma once

#include <string>
#include <vector>

#include "apps/lab/report/figure.h"
#include "apps/lab/report/figure_data.h"
#include "apps/lab/report/run_results.h"
#include "apps/lab/report/text_table.h"

namespace branchline::lab {

/// A figure on the page: heading, picture, the paper's claim and whether it holds in each run,
/// note, the rows behind it.
///
/// @param svg   from draw_figure(); empty: rows only
/// @param runs  whose checks are asked
/// @param rows  of the same runs, whole
std::string figure_section(const Figure& figure, const std::string& svg,
                           const std::vector<const RunResults*>& runs,
                           const std::vector<RunTable>& rows);

/// The rows that a figure shows, each once, in the units shown; with several runs each names its
/// own.
TextTable figure_rows(const Figure& figure, const std::vector<RunTable>& runs);

/// The checks of a run that decide the figure's claim.
std::vector<const CheckResult*> checks_of(const Figure& figure, const RunResults& run);

/// "1234", "0.0457": at most four digits that matter, no exponent for sizes.
std::string show_number(double number);

}  // namespace branchline::lab
