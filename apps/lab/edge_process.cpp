#include "apps/lab/edge_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "framework/base/clock.h"
#include "framework/base/error.h"

namespace branchline::lab {
namespace {

namespace fs = std::filesystem;

/// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void become_edge(const char* program, const char* const* arguments, int output,
                              int log) {
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);  // the parent blocks the signals that stop it
  ::setpgid(0, 0);                             // Ctrl-C is for the parent, which then stops us
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  ::execv(program, const_cast<char* const*>(arguments));
  ::_exit(127);
}

std::string last_line_of(const std::string& file) {
  std::ifstream log(file);
  std::string last;
  for (std::string line; std::getline(log, line);) {
    if (!line.empty()) last = line;
  }
  return last.empty() ? "nothing" : last;
}

}  // namespace

EdgeProcess::EdgeProcess(const std::string& program, const std::string& model,
                         const std::string& log_file, const std::vector<std::string>& flags,
                         std::uint16_t port) {
  const std::string listen = "127.0.0.1:" + std::to_string(port);
  std::vector<const char*> arguments = {program.c_str(), "--models", model.c_str(), "--listen",
                                        listen.c_str()};
  for (const std::string& flag : flags) arguments.push_back(flag.c_str());
  arguments.push_back(nullptr);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw RunError("no pipe for branchlined");
  const int log = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  pid_ = ::fork();
  if (pid_ == 0) become_edge(program.c_str(), arguments.data(), ends[1], log);
  ::close(ends[1]);
  if (log >= 0) ::close(log);
  output_ = ends[0];
  if (pid_ < 0) throw RunError("branchlined cannot be started: no more processes");
  const std::string line = first_line(output_);
  const std::size_t colon = line.rfind(':');
  if (line.rfind("listening on ", 0) != 0 || colon == std::string::npos) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::close(output_);
    const std::string last = line.empty() ? last_line_of(log_file) : line;
    throw RunError("branchlined did not start; it said: " + last + " (more in " + log_file + ")");
  }
  port_ = static_cast<std::uint16_t>(std::stoi(line.substr(colon + 1)));
}

EdgeProcess::~EdgeProcess() {
  signal(SIGINT);
  signal(SIGCONT);
  const TimePoint patience = Clock::now() + std::chrono::seconds(3);
  while (::waitpid(pid_, nullptr, WNOHANG) == 0) {
    if (Clock::now() > patience) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
      break;
    }
    ::usleep(20'000);
  }
  ::close(output_);
}

void EdgeProcess::signal(int number) const { ::kill(pid_, number); }

std::string EdgeProcess::first_line(int descriptor) const {
  std::string line;
  const TimePoint patience = Clock::now() + std::chrono::seconds(60);
  while (Clock::now() < patience) {
    pollfd ready{descriptor, POLLIN, 0};
    if (::poll(&ready, 1, 200) <= 0) continue;
    char c = 0;
    if (::read(descriptor, &c, 1) != 1 || c == '\n') break;
    line += c;
  }
  return line;
}

std::string program_folder() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).parent_path().string();
}

std::string find_edge_program() {
  const std::string program = program_folder() + "/branchlined";
  if (::access(program.c_str(), X_OK) == 0) return program;
  throw InputError("branchlined is not beside this program", program,
                   "build it: cmake --build --preset release");
}

std::string find_shipped_file(const std::string& path) {
  const fs::path shipped = fs::path(program_folder()) / "../share/branchline";
  const std::string file = (shipped / path).lexically_normal().string();
  if (fs::exists(file)) return file;
  throw InputError("it is not shipped with this program; looked for " + file, path,
                   "keep share/branchline/ beside the program's folder, as the build makes it, or "
                   "name a file of your own (see --help)");
}

}  // namespace branchline::lab
