#pragma once

#include <string>
#include <vector>

namespace branchline::lab {

/// A table of plain texts, for a page or for Markdown.
struct TextTable {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
};

}  // namespace branchline::lab
