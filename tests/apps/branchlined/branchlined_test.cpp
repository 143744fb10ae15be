#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/framework/runtime/edge_client.h"

extern char** environ;

namespace branchline::apps {
namespace {

using ::testing::HasSubstr;

const std::string kModel =
    std::string(BRANCHLINE_SOURCE_DIR) + "/branchy_models/pretrained/b_lenet-fashion.pt";

/// The real program, its standard output in a pipe.
class Program {
 public:
  explicit Program(std::vector<std::string> arguments) {
    int ends[2] = {-1, -1};
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    arguments.insert(arguments.begin(), BRANCHLINED);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    if (posix_spawn(&pid_, BRANCHLINED, &actions, nullptr, argv.data(), environ) != 0) pid_ = -1;
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    output_ = ends[0];
  }
  ~Program() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(output_);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// The next line of standard output; what there is at its end.
  std::string line() {
    std::string text;
    char c = 0;
    while (read(output_, &c, 1) == 1 && c != '\n') text += c;
    return text;
  }

  void signal(int number) const { kill(pid_, number); }

  /// Exit code, or 1000 + the signal that killed it.
  int wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  }

 private:
  pid_t pid_ = -1;
  int output_ = -1;
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

TEST(Branchlined, TellsWrongUsage) {
  EXPECT_EQ(Program({"--models", kModel, "--listen", "0.0.0.0:0"}).wait(), 2);
  EXPECT_EQ(Program({"--models", kModel, "--listen", "nonsense"}).wait(), 2);
  EXPECT_EQ(Program({"--no-such-flag"}).wait(), 2);
  EXPECT_EQ(Program({"--help"}).wait(), 0);
}

}  // namespace
}  // namespace branchline::apps
