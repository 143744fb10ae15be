#include "framework/base/error.h"

namespace branchline {
namespace {

std::string sentence(const std::string& what_is_wrong, const std::string& where,
                     const std::string& fix) {
  std::string text = where + ": " + what_is_wrong;
  if (!fix.empty()) text += ". " + fix;
  return text;
}

}  // namespace

InputError::InputError(const std::string& what_is_wrong, const std::string& where,
                       const std::string& fix, InputKind kind)
    : std::runtime_error(sentence(what_is_wrong, where, fix)), kind_(kind) {}

std::string quotable(const std::string& text, std::size_t longest) {
  if (text.size() <= longest) return text;
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

namespace internal {

void fail_expectation(const char* condition, const char* file, int line,
                      const std::string& message) {
  throw std::logic_error(std::string(file) + ":" + std::to_string(line) + ": expected " +
                         condition + ": " + message);
}

}  // namespace internal
}  // namespace branchline
