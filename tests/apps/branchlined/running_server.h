#pragma once

#include <gtest/gtest.h>
#include <signal.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/support/child_process.h"
#include "tests/support/eventually.h"

namespace branchline::testing {

/// A branchlined process with health pages and agent, on ports of its choice unless told.
class RunningServer : public ChildProcess {
 public:
  explicit RunningServer(std::vector<std::string> more,
                         const std::vector<std::string>& ports = {"0", "0", "0"})
      : ChildProcess(command(std::move(more), ports)) {
    http_ = port_after("http://127.0.0.1:");
    agent_ = port_after("agent at 127.0.0.1:");
  }

  /// Waits until it serves.
  std::uint16_t port() {
    if (port_ == 0) {
      const std::string greeting = line();
      EXPECT_NE(greeting.find("listening on 127.0.0.1:"), std::string::npos) << errors();
      port_ = number(greeting.substr(greeting.rfind(':') + 1));
    }
    return port_;
  }
  std::uint16_t http() const { return http_; }
  std::uint16_t agent() const { return agent_; }

 private:
  static std::vector<std::string> command(std::vector<std::string> more,
                                          const std::vector<std::string>& ports) {
    const std::string model =
        std::string(BRANCHLINE_SOURCE_DIR) + "/branchy_models/pretrained/b_lenet-fashion.pt";
    std::vector<std::string> all = {BRANCHLINED,
                                    "--models",
                                    model,
                                    "--listen",
                                    "127.0.0.1:" + ports[0],
                                    "--http",
                                    "127.0.0.1:" + ports[1],
                                    "--agent-port",
                                    ports[2]};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  static std::uint16_t number(const std::string& text) {
    return static_cast<std::uint16_t>(std::strtoul(text.c_str(), nullptr, 10));
  }
  /// Of the log.
  std::uint16_t port_after(const std::string& words) const {
    std::string log;
    EXPECT_TRUE(eventually(std::chrono::seconds(60), [&] {
      log = errors();
      const auto found = log.find(words);
      return found != std::string::npos && log.find('\n', found) != std::string::npos;
    })) << log;
    const auto found = log.find(words);
    return found == std::string::npos ? std::uint16_t{0} : number(log.substr(found + words.size()));
  }

  std::uint16_t port_ = 0, http_ = 0, agent_ = 0;
};

}  // namespace branchline::testing
