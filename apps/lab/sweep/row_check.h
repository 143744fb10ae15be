#pragma once

#include <map>
#include <string>
#include <vector>

#include "apps/lab/sweep/result_row.h"

namespace branchline::lab {

/// A shape that the results must have: a [[check]] of an experiment file. A value.
struct RowCheck {
  enum class Kind {
    rises,        ///< y never falls as x grows, and ends above where it began
    never_falls,  ///< y never falls as x grows
    never_below,  ///< y of one method is nowhere below that of another
    predicted_equals_simulated,
    predicted_near_measured,  ///< the predicted time is near the interval of the measured median
  };
  std::string id;  ///< what a [[figure]] may call it; may be empty
  Kind kind = Kind::rises;
  std::string y, x;                          ///< columns of results.csv
  std::string of, than;                      ///< methods, for never_below
  double tolerance = 0;                      ///< of y; relative for predicted_ kinds
  std::map<std::string, std::string> where;  ///< only rows with these texts in these columns

  friend bool operator==(const RowCheck&, const RowCheck&) = default;
};

const char* name_of(RowCheck::Kind kind) noexcept;
std::vector<std::string> row_check_kinds();

/// "exit rises with uplink_mbps where method=edgent".
std::string describe(const RowCheck& check);

struct CheckOutcome {
  std::string id;                   ///< RowCheck::id
  std::string text;                 ///< describe()
  std::size_t compared = 0;         ///< pairs of rows, or rows
  std::vector<std::string> misses;  ///< a sentence each

  /// A check that compared nothing does not hold.
  bool holds() const { return compared > 0 && misses.empty(); }
};

/// `rises` and `never_falls` look at the rows of one model, method, link and deadline at a time,
/// but for the one that x is. `never_below` compares rows of one model, link and deadline; where y
/// is delivered_accuracy, a miss is one that the intervals of both hit rates do not explain.
/// Stateless.
CheckOutcome evaluate(const RowCheck& check, const std::vector<ResultRow>& rows);

}  // namespace branchline::lab
