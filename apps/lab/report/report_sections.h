#pragma once

#include <string>
#include <vector>

#include "apps/lab/report/run_comparison.h"
#include "apps/lab/report/run_results.h"

namespace branchline::lab {

/// CSS of a report, after the common style.
extern const char* const kReportStyle;

/// In figures, at the top: what was measured, how good the prediction was, which checks hold.
std::string overview_section(const RunResults& run);

/// Each check and what missed it. Empty without checks.
std::string checks_section(const RunResults& run);

/// What a sub-command printed. Empty for others.
std::string text_section(const RunResults& run);

/// How it was run: emulated device and links, as stated and as measured, machine, configuration.
std::string setting_section(const RunResults& run);

std::string comparison_section(const RunComparison& comparison, const RunResults& here,
                               const RunResults& there);

}  // namespace branchline::lab
