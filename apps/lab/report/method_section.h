#pragma once

#include <string>
#include <vector>

#include "apps/lab/report/run_results.h"

namespace branchline::lab {

/// A table of plain cells, for a page or for Markdown.
struct TextTable {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
};

/// Each method beside the reference (method_ratios), with what its columns are compared with in the
/// heading. Empty when the run compares no methods.
TextTable method_table(const RunResults& run);

/// The same as a section of the page; empty without rows.
std::string method_section(const RunResults& run);

}  // namespace branchline::lab
