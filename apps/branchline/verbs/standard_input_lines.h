#pragma once

#include <functional>
#include <string>
#include <thread>

namespace branchline::apps {

/// Reads standard input on a thread of its own and hands over each line that says something. The
/// end of the input ends only the reading; destroying it ends the thread, also while it waits.
class StandardInputLines {
 public:
  explicit StandardInputLines(std::function<void(const std::string&)> on_line);
  ~StandardInputLines();
  StandardInputLines(const StandardInputLines&) = delete;
  StandardInputLines& operator=(const StandardInputLines&) = delete;

 private:
  void read_on();
  void hand_over();

  std::function<void(const std::string&)> on_line_;
  std::string pending_;
  int stop_[2] = {-1, -1};
  std::thread thread_;  // the last: it uses the others
};

}  // namespace branchline::apps
