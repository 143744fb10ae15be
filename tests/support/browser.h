#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/child_process.h"

namespace branchline::testing {

/// A headless Chromium with one page, driven over its DevTools protocol on loopback. It resolves no
/// host names. Waits for every answer; throws std::runtime_error when it has none to give.
class Browser {
 public:
  static constexpr const char* kProgram = "/usr/bin/chromium";

  /// @param profile  a folder of its own, made here and removed at the end
  explicit Browser(std::filesystem::path profile);
  ~Browser();

  void open(const std::string& url);

  /// The value of a JavaScript expression in the page.
  nlohmann::json value(const std::string& expression);
  std::string text(const std::string& selector);  ///< of the first element that fits

  void show_as(int width, int height, bool dark);

  /// What the page asked the network for so far, and what went wrong in it: exceptions, console
  /// errors, what was blocked or not found.
  const std::vector<std::string>& fetched() const { return fetched_; }
  const std::vector<std::string>& faults() const { return faults_; }

 private:
  struct Connection;

  nlohmann::json ask(const std::string& method, const nlohmann::json& parameters);
  void note(const nlohmann::json& event);

  const std::filesystem::path profile_;
  ChildProcess process_;
  std::unique_ptr<Connection> connection_;
  std::string session_;
  int last_id_ = 0;
  std::vector<std::string> fetched_, faults_;
};

}  // namespace branchline::testing
