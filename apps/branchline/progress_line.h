#pragma once

#include <string>

namespace branchline::apps {

/// How far a command has come: one line on standard error that is written over itself. Nothing is
/// shown when that is no terminal. Not safe for several threads at once.
class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine();  ///< clears it
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// @param text  without line breaks; what does not fit into 78 columns is cut off
  void show(const std::string& text);
  void clear();  ///< before something else is printed

 private:
  const bool terminal_;
  bool shown_ = false;
};

}  // namespace branchline::apps
