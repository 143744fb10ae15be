#include "tests/benchmarks/transport/server_process.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <thread>

namespace branchline::transport_benchmark {

void pin_to(unsigned core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core % std::max(1u, std::thread::hardware_concurrency()), &cores);
  require(::sched_setaffinity(0, sizeof cores, &cores) == 0, "sched_setaffinity failed");
}

Duration cpu_time_of(clockid_t process_clock) {
  timespec time{};
  require(::clock_gettime(process_clock, &time) == 0, "no CPU time of a process");
  return std::chrono::seconds(time.tv_sec) + Duration{time.tv_nsec};
}

ServerProcess::ServerProcess(std::size_t competitor, const Load& load) {
  std::array<int, 2> port_pipe{};
  require(::pipe(port_pipe.data()) == 0, "pipe failed");
  const std::array<std::string, 4> texts = {
      std::to_string(competitor), std::to_string(load.request_bytes), std::to_string(load.requests),
      std::to_string(port_pipe[1])};
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  require(pid_ >= 0, "fork failed");
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    ::close(port_pipe[0]);
    ::execl("/proc/self/exe", "transport_benchmark", "--serve", texts[0].c_str(), texts[1].c_str(),
            texts[2].c_str(), texts[3].c_str(), nullptr);
    ::_exit(1);
  }
  ::close(port_pipe[1]);
  const bool told = ::read(port_pipe[0], &port_, sizeof port_) == sizeof port_;
  ::close(port_pipe[0]);
  require(told && ::clock_getcpuclockid(pid_, &clock_) == 0, "a server did not come up");
}

ServerProcess::~ServerProcess() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void serve_as_child(Competitors competitors, std::span<char* const> arguments) {
  require(arguments.size() == 4, "--serve is for this program's own use");
  const Competitor& competitor = *competitors[std::stoul(arguments[0])];
  const Load load{std::stoul(arguments[1]), std::stoi(arguments[2])};
  const int port_pipe = std::stoi(arguments[3]);
  pin_to(kServerCore);
  competitor.serve(load, [port_pipe](std::uint16_t port) {
    require(::write(port_pipe, &port, sizeof port) == sizeof port, "nobody waits for the port");
    ::close(port_pipe);
  });
  std::abort();
}

}  // namespace branchline::transport_benchmark
