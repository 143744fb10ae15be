#include "apps/branchlined/stop_signals.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "framework/base/error.h"

namespace branchline::apps {
namespace {

/// A handler may only touch what is lock-free and write to a descriptor.
std::atomic<int> signals_heard{0};
int signal_pipe[2] = {-1, -1};

void on_stop_signal(int number) {
  if (signals_heard.fetch_add(1) > 0) _exit(128 + number);
  const int before = errno;
  const auto byte = static_cast<unsigned char>(number);
  if (write(signal_pipe[1], &byte, 1) != 1) _exit(128 + number);
  errno = before;
}

}  // namespace

StopSignals::StopSignals() {
  if (pipe2(signal_pipe, O_CLOEXEC) != 0) throw RunError("no pipe for signals");
  struct sigaction action {};
  action.sa_handler = on_stop_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
}

int StopSignals::wait() {
  unsigned char number = 0;
  while (read(signal_pipe[0], &number, 1) != 1) {
  }
  return number;
}

}  // namespace branchline::apps
