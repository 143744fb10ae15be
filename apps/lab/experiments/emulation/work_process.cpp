#include "apps/lab/experiments/emulation/work_process.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <iostream>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

struct WorkOrder {
  double slowdown = 1;
  int times = 1;
};

/// Both ends are this program, and what is sent is small: it comes whole or not at all.
template <typename Message>
bool receive(int socket, Message& message) {
  return ::recv(socket, &message, sizeof message, MSG_WAITALL) == sizeof message;
}

template <typename Message>
bool send(int socket, const Message& message) {
  return ::send(socket, &message, sizeof message, MSG_NOSIGNAL) == sizeof message;
}

[[noreturn]] void serve(int socket, const std::function<WorkProcess::Work()>& make) {
  ::setpgid(0, 0);  // Ctrl-C is for the parent, which then ends us
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  try {
    const WorkProcess::Work work = make();
    WorkOrder order;
    while (receive(socket, order)) {
      if (!send(socket, work(order.slowdown, order.times))) break;
    }
    ::_exit(0);
  } catch (const std::exception& error) {
    std::cerr << "the process that works: " << error.what() << std::endl;
  }
  ::_exit(1);
}

}  // namespace

WorkProcess::WorkProcess(const std::function<Work()>& make) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    throw RunError("no sockets for the process that works");
  }
  pid_ = ::fork();
  if (pid_ == 0) {
    ::close(ends[0]);
    serve(ends[1], make);
  }
  ::close(ends[1]);
  socket_ = ends[0];
  if (pid_ < 0) {
    ::close(socket_);
    throw RunError("no process to work in");
  }
}

WorkProcess::~WorkProcess() {
  ::close(socket_);
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

double WorkProcess::seconds(double slowdown, int times) {
  double taken = 0;
  if (!send(socket_, WorkOrder{slowdown, times}) || !receive(socket_, taken)) {
    throw RunError("the process that works has ended");
  }
  return taken;
}

}  // namespace branchline::lab
