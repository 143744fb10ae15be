#include "tests/support/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <utility>

extern char** environ;

namespace branchline::testing {
namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  return result;
}

}  // namespace

ChildProcess::ChildProcess(std::vector<std::string> command, std::vector<std::string> environment,
                           bool errors_too) {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  output_ = ends[0];
  errors_ = memfd_create("errors", MFD_CLOEXEC);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors_too ? ends[1] : errors_, STDERR_FILENO);
  std::vector<char*> arguments = pointers(command);
  arguments.push_back(nullptr);
  std::vector<char*> variables = pointers(environment);
  for (char** inherited = environ; *inherited != nullptr; ++inherited) {
    variables.push_back(*inherited);
  }
  variables.push_back(nullptr);
  if (posix_spawn(&pid_, arguments[0], &actions, nullptr, arguments.data(), variables.data()) !=
      0) {
    pid_ = -1;
  }
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (pid_ < 0) throw std::runtime_error("cannot start " + command[0]);
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(output_);
  close(errors_);
}

std::string ChildProcess::line() {
  std::string text;
  char c = 0;
  while (read(output_, &c, 1) == 1 && c != '\n') text += c;
  return text;
}

std::string ChildProcess::rest() {
  std::string text;
  char bytes[4096];
  ssize_t count = 0;
  while ((count = read(output_, bytes, sizeof bytes)) > 0) {
    text.append(bytes, static_cast<std::size_t>(count));
  }
  return text;
}

std::string ChildProcess::errors() const {
  std::string text;
  char bytes[4096];
  ssize_t count = 0;
  while ((count = pread(errors_, bytes, sizeof bytes, static_cast<off_t>(text.size()))) > 0) {
    text.append(bytes, static_cast<std::size_t>(count));
  }
  return text;
}

void ChildProcess::signal(int number) const {
  if (pid_ > 0) kill(pid_, number);
}

void ChildProcess::freeze() const {
  signal(SIGSTOP);
  waitpid(pid_, nullptr, WUNTRACED);
}

int ChildProcess::wait() {
  if (pid_ <= 0) return -1;
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

Finished run_program(std::vector<std::string> command, std::vector<std::string> environment) {
  ChildProcess process(std::move(command), std::move(environment));
  Finished finished;
  finished.out = process.rest();
  finished.code = process.wait();
  finished.err = process.errors();
  return finished;
}

}  // namespace branchline::testing
