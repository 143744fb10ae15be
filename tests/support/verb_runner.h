#pragma once

#include <CLI/CLI.hpp>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>

#include "apps/branchline/verbs/verbs.h"

namespace branchline::testing {

/// Sends std::cout into a string while it lives.
class CapturedOutput {
 public:
  CapturedOutput() : before_(std::cout.rdbuf(text_.rdbuf())) {}
  ~CapturedOutput() { std::cout.rdbuf(before_); }
  CapturedOutput(const CapturedOutput&) = delete;
  CapturedOutput& operator=(const CapturedOutput&) = delete;

  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::streambuf* before_;
};

/// Runs one verb as `branchline COMMAND_LINE` would, and gives back what it prints.
/// @throws CLI::ParseError, InputError, RunError as main would meet them; std::runtime_error when
/// the verb returns another exit code than 0.
inline std::string verb_output(apps::Verb (*add_verb)(CLI::App&), const std::string& command_line) {
  CLI::App app;
  const apps::Verb verb = add_verb(app);
  app.parse(command_line);
  const CapturedOutput output;
  const int code = verb.run();
  if (code != apps::kDone) throw std::runtime_error("exit code " + std::to_string(code));
  return output.text();
}

}  // namespace branchline::testing
