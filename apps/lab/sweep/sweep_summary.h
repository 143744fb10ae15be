#pragma once

#include <string>
#include <vector>

#include "apps/lab/sweep/row_check.h"
#include "apps/lab/sweep/row_goal.h"
#include "apps/lab/sweep/sweep.h"

namespace branchline::lab {

/// How a device and a link are emulated, for machine.json and summaries.
extern const char* const kDeviceEmulation;
extern const char* const kLinkEmulation;

/// A --require and the rows that miss it.
struct GoalOutcome {
  std::string text;
  std::vector<std::string> misses;
};

/// What is said of a sweep at its end.
struct SweepVerdict {
  std::vector<CheckOutcome> checks;
  std::vector<GoalOutcome> goals;

  bool good() const;
};
SweepVerdict judge(const Experiment& experiment, const std::vector<RowGoal>& goals,
                   const std::vector<ResultRow>& rows);

/// results.json, "branchline.lab/1".
std::string summary_json(const Experiment& experiment, const Sweep& sweep,
                         const SweepVerdict& verdict);

/// For people.
std::string summary_text(const Sweep& sweep, const SweepVerdict& verdict);

/// machine.json, "branchline.lab_machine/1": what it ran on and how it emulates. Two seconds, most
/// of them asleep.
std::string machine_json();

}  // namespace branchline::lab
