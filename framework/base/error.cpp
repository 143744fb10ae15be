#include "framework/base/error.h"

namespace branchline {
namespace {

std::string sentence(const std::string& what_is_wrong, const std::string& where,
                     const std::string& fix) {
  std::string text = where + ": " + what_is_wrong;
  if (!fix.empty()) text += ". " + fix;
  return text;
}

/// Line ends would forge lines of a log, and escapes steer the terminal that shows it; U+0080 to
/// U+009F, two bytes in UTF-8, do so too.
std::string without_controls(std::string text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool second = i > 0 && text[i - 1] == '\xC2' && byte >= 0x80 && byte < 0xA0;
    if (second) text[i - 1] = '?';
    if (second || byte < 0x20 || byte == 0x7F) text[i] = '?';
  }
  return text;
}

}  // namespace

InputError::InputError(const std::string& what_is_wrong, const std::string& where,
                       const std::string& fix, InputKind kind)
    : std::runtime_error(sentence(what_is_wrong, where, fix)), kind_(kind) {}

std::string quotable(const std::string& text, std::size_t longest) {
  if (text.size() <= longest) return without_controls(text);
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return without_controls(text.substr(0, end)) + "…";
}

namespace internal {

void fail_expectation(const char* condition, const char* file, int line,
                      const std::string& message) {
  throw std::logic_error(std::string(file) + ":" + std::to_string(line) + ": expected " +
                         condition + ": " + message);
}

}  // namespace internal
}  // namespace branchline
