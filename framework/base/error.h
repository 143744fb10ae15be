#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

namespace branchline {

/// What a bad input concerns; programs map it to their exit code (docs/cli.md).
enum class InputKind {
  usage,  ///< a flag, a configuration or a data file: exit code 2
  model,  ///< a model, a manifest or a profile that is invalid or does not match: exit code 5
};

/// Bad input from outside (file, flag, JSON, model), thrown where it is parsed and before any work
/// is done. what() reads "<where>: <what>. <fix>".
class InputError : public std::runtime_error {
 public:
  /// @param what_is_wrong  the problem with the offending value, e.g. "'80' has no unit"
  /// @param where          the input it stands in, e.g. "--deadline" or "model.pt"
  /// @param fix            what to do, e.g. "write 80ms or 0.08s"; may be empty
  InputError(const std::string& what_is_wrong, const std::string& where,
             const std::string& fix = "", InputKind kind = InputKind::usage);

  InputKind kind() const noexcept { return kind_; }

 private:
  InputKind kind_;
};

/// What a message may quote of a text from outside: the whole of a short one, else its beginning,
/// cut between characters of UTF-8, and "…"; control characters become "?".
std::string quotable(const std::string& text, std::size_t longest = 80);

/// Something failed while running that no input explains (disk full, server refuses): exit code 1.
class RunError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

namespace internal {
[[noreturn]] void fail_expectation(const char* condition, const char* file, int line,
                                   const std::string& message);
}

}  // namespace branchline

/// Checks a precondition, always on. A broken one is a bug (ours or the caller's): throws
/// std::logic_error.
#define BL_EXPECT(condition, message)                                                    \
  do {                                                                                   \
    if (!(condition))                                                                    \
      ::branchline::internal::fail_expectation(#condition, __FILE__, __LINE__, message); \
  } while (false)
