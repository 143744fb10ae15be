#pragma once

#include <string>
#include <vector>

#include "apps/lab/report/figure.h"

namespace branchline::lab {

/// What is shown of `experiment NAME -o DIR`, a sub-command whose folder has no [[figure]]s of its
/// own.
struct CommandPage {
  std::string title;
  std::vector<Figure> figures;
};

/// @param command  as the section of config.toml names it: "traces"
/// @returns a page without figures for a sub-command that has none: its tables are shown
CommandPage command_page(const std::string& command);

}  // namespace branchline::lab
