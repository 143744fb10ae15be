#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace branchline::testing {

/// A program as a process of its own, its output read here; SIGKILLed at the end if it is still
/// there.
class ChildProcess {
 public:
  /// @param command      the program's path and its arguments
  /// @param environment  more variables, "NAME=value"
  /// Both outputs go into one pipe when `errors_too`; else errors() has standard error.
  explicit ChildProcess(std::vector<std::string> command, std::vector<std::string> environment = {},
                        bool errors_too = false);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Waits for the next line of standard output; what there is at its end.
  std::string line();
  /// The lines up to the end of standard output.
  std::string rest();
  /// What is on standard error so far.
  std::string errors() const;

  void signal(int number) const;
  /// SIGSTOP, and waits until it stands still: the signal takes its time.
  void freeze() const;
  /// Waits for the end. @returns the exit code, or 1000 + the signal that killed it.
  int wait();

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  int errors_ = -1;
};

struct Finished {
  int code = -1;
  std::string out, err;
};

/// Runs a program to its end.
Finished run_program(std::vector<std::string> command, std::vector<std::string> environment = {});

}  // namespace branchline::testing
