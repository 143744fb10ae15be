#pragma once

#include <string>

#include "apps/lab/report/run_results.h"
#include "apps/lab/report/text_table.h"

namespace branchline::lab {

/// Each method beside the reference (method_ratios), with what its columns are compared with in the
/// heading. Empty when the run compares no methods.
TextTable method_table(const RunResults& run);

/// The same as a section of the page; empty without rows.
std::string method_section(const RunResults& run);

}  // namespace branchline::lab
