#pragma once

#include <string>

#include "apps/lab/report/run_results.h"

namespace branchline::lab {

/// What a run found, in Markdown, for a page of results: when, where and by which commit; each
/// method's ratio to the reference; each claim and whether it holds; predicted against measured;
/// stated against measured slow-downs and rates. Pictures and rows are report.html's.
std::string markdown_report(const RunResults& run);

}  // namespace branchline::lab
