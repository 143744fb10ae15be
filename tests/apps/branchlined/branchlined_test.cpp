#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/framework/runtime/edge_client.h"
#include "tests/support/child_process.h"

namespace branchline::apps {
namespace {

using ::testing::HasSubstr;

const std::string kModel =
    std::string(BRANCHLINE_SOURCE_DIR) + "/branchy_models/pretrained/b_lenet-fashion.pt";

/// The real program.
class Program : public branchline::testing::ChildProcess {
 public:
  explicit Program(std::vector<std::string> arguments)
      : ChildProcess(command(std::move(arguments))) {}

 private:
  static std::vector<std::string> command(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), BRANCHLINED);
    return arguments;
  }
};

std::uint16_t port_of(const std::string& line) {
  EXPECT_THAT(line, HasSubstr("listening on 127.0.0.1:"));
  return static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(':') + 1)));
}

TEST(Branchlined, ServesAndDrainsOnSigterm) {
  Program server({"--models", kModel, "--listen", "127.0.0.1:0", "-q"});
  branchline::testing::EdgeClient client(port_of(server.line()));
  EXPECT_TRUE(client.welcomed());
  server.signal(SIGTERM);
  EXPECT_TRUE(client.heard_draining());
  EXPECT_TRUE(client.ended());
  EXPECT_EQ(server.wait(), 0);
}

TEST(Branchlined, StopsOnSigint) {
  Program server({"--models", kModel, "--listen", "127.0.0.1:0", "-q"});
  port_of(server.line());
  server.signal(SIGINT);
  EXPECT_EQ(server.wait(), 130);
}

TEST(Branchlined, ReadsItsEnvironment) {
  setenv("BRANCHLINE_LISTEN", "127.0.0.1:0", 1);
  Program server({"--models", kModel, "-q"});
  unsetenv("BRANCHLINE_LISTEN");
  EXPECT_NE(port_of(server.line()), 7400);
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
}

TEST(Branchlined, ChecksModelsWithoutServing) {
  Program good({"--models", kModel, "--check", "-q"});
  EXPECT_EQ(good.line(), "ok: 1 models");
  EXPECT_EQ(good.wait(), 0);
  const auto broken = std::filesystem::temp_directory_path() / "branchlined_broken.pt";
  std::ofstream(broken) << "no model";
  EXPECT_EQ(Program({"--models", broken.string(), "--check"}).wait(), 5);
  std::filesystem::remove(broken);
}

TEST(Branchlined, EnvironmentBeatsItsConfigFile) {
  const auto file = std::filesystem::temp_directory_path() / "branchlined_test.toml";
  std::ofstream(file) << "listen = \"nonsense\"\nworkers = 2\n";
  EXPECT_EQ(Program({"--models", kModel, "--config", file.string()}).wait(), 2);
  setenv("BRANCHLINE_LISTEN", "127.0.0.1:0", 1);
  Program server({"--models", kModel, "--config", file.string(), "-q"});
  unsetenv("BRANCHLINE_LISTEN");
  EXPECT_GT(port_of(server.line()), 0);
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
  std::ofstream(file) << "worker = 2\n";
  Program wrong({"--models", kModel, "--config", file.string()});
  EXPECT_EQ(wrong.wait(), 2);
  EXPECT_THAT(wrong.errors(), HasSubstr("'worker' is no flag. see branchlined --help"));
  std::filesystem::remove(file);
}

TEST(Branchlined, TellsWrongUsage) {
  EXPECT_EQ(Program({"--models", kModel, "--listen", "0.0.0.0:0"}).wait(), 2);
  EXPECT_EQ(Program({"--models", kModel, "--listen", "nonsense"}).wait(), 2);
  EXPECT_EQ(Program({"--no-such-flag"}).wait(), 2);
  EXPECT_EQ(Program({"--help"}).wait(), 0);
}

}  // namespace
}  // namespace branchline::apps
