#pragma once

#include <functional>
#include <vector>

namespace CLI {
class App;
}

namespace branchline::apps {

/// Exit codes of both programs (docs/cli.md). 130 and 143 follow a clean stop by signal.
enum ExitCode : int {
  kDone = 0,
  kFailed = 1,
  kUsage = 2,
  kGoalNotMet = 3,
  kNoEdge = 4,
  kBadModel = 5,
  kInterrupted = 130,
  kTerminated = 143,
};

/// A verb adds its sub-command, with flags and an example in the footer, and returns what runs it:
/// called at most once, after parsing, when its sub-command was chosen. It returns an ExitCode;
/// InputError and RunError are mapped by main. Each verb lives in verbs/<name>.cpp and is listed in
/// verbs/verbs.h.
struct Verb {
  CLI::App* command = nullptr;
  std::function<int()> run;
};

/// Runs the one that the command line chose. @returns its ExitCode, kUsage when there is none
int run_chosen(const std::vector<Verb>& verbs);

}  // namespace branchline::apps
