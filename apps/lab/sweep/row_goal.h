#pragma once

#include <string>
#include <vector>

#include "apps/lab/sweep/result_row.h"

namespace branchline::lab {

/// A --require: "hit_rate>=0.95" of every row, "method=branchline: hit_rate>=0.95" of some. A
/// value.
struct RowGoal {
  std::string text;
  std::string only_column, only_value;  ///< empty: every row
  std::string column;
  bool at_least = true;
  double bound = 0;
};

/// @throws InputError naming `where`: not of that form, no such column, or one that holds text.
RowGoal parse_row_goal(const std::string& text, const std::string& where);

/// A sentence for each row that misses the goal; an empty cell misses it. One more when the goal
/// concerns no row.
std::vector<std::string> missed_by(const RowGoal& goal, const std::vector<ResultRow>& rows);

}  // namespace branchline::lab
