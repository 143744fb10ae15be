#pragma once

#include <fstream>
#include <map>
#include <regex>
#include <string>

namespace branchline::testing {

/// Metrics and their types ("histogram", …) by name.
using MetricTypes = std::map<std::string, std::string>;

/// What a Prometheus text declares.
inline MetricTypes metric_types(const std::string& text) {
  MetricTypes types;
  const std::regex declared("# TYPE (\\S+) (\\S+)");
  for (std::sregex_iterator it(text.begin(), text.end(), declared), end; it != end; ++it) {
    types[(*it)[1]] = (*it)[2];
  }
  return types;
}

/// What the rows of a document's tables say: | `name`, `name` | type | …
/// @param file  by its path in the sources
inline MetricTypes documented_metrics(const std::string& file) {
  std::ifstream document(std::string(BRANCHLINE_SOURCE_DIR) + "/" + file);
  const std::regex row("\\| (`branchlined?_.*`) \\| (counter|gauge|histogram) \\|.*");
  const std::regex name("`(branchlined?_[a-z_]+)`");
  MetricTypes types;
  std::smatch cells;
  for (std::string line; std::getline(document, line);) {
    if (!std::regex_match(line, cells, row)) continue;
    const std::string names = cells[1], type = cells[2];
    for (std::sregex_iterator it(names.begin(), names.end(), name), end; it != end; ++it) {
      types[(*it)[1]] = type;
    }
  }
  return types;
}

}  // namespace branchline::testing
