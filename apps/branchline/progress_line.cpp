#include "apps/branchline/progress_line.h"

#include <unistd.h>

#include <iostream>

namespace branchline::apps {
namespace {

constexpr std::size_t kColumns = 78;
constexpr const char* kToEndOfLine = "\033[K";

}  // namespace

ProgressLine::ProgressLine() : terminal_(isatty(STDERR_FILENO) == 1) {}

ProgressLine::~ProgressLine() { clear(); }

void ProgressLine::show(const std::string& text) {
  if (!terminal_) return;
  std::cerr << '\r' << text.substr(0, kColumns) << kToEndOfLine << std::flush;
  shown_ = true;
}

void ProgressLine::clear() {
  if (shown_) std::cerr << '\r' << kToEndOfLine << std::flush;
  shown_ = false;
}

}  // namespace branchline::apps
