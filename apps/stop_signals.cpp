#include "apps/stop_signals.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "framework/base/error.h"

namespace branchline::apps {
namespace {

/// A handler may only touch what is lock-free and write to a descriptor.
std::atomic<int> stops_asked_for{0};
std::atomic<int> stop_pipe{-1};

void on_stop_signal(int number) {
  // Whoever asks twice does not want to wait for a clean end.
  if (stops_asked_for.fetch_add(1) > 0) _exit(128 + number);
  const int before = errno;
  const auto byte = static_cast<unsigned char>(number);
  if (write(stop_pipe, &byte, 1) != 1) _exit(128 + number);
  errno = before;
}

constexpr unsigned char kEnded = 0;

}  // namespace

StopSignals::StopSignals() {
  if (pipe2(pipe_, O_CLOEXEC) != 0) throw RunError("no pipe for signals");
  stop_pipe = pipe_[1];
  stops_asked_for = 0;
  struct sigaction action {};
  action.sa_handler = on_stop_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &before_int_);
  sigaction(SIGTERM, &action, &before_term_);
}

StopSignals::~StopSignals() {
  sigaction(SIGINT, &before_int_, nullptr);
  sigaction(SIGTERM, &before_term_, nullptr);
  close(pipe_[0]);
  close(pipe_[1]);
}

int StopSignals::wait() {
  for (;;) {
    unsigned char number = kEnded;
    const ssize_t heard = read(pipe_[0], &number, 1);
    if (heard < 0 && errno == EINTR) continue;
    return heard == 1 ? number : kEnded;
  }
}

void StopSignals::end() { (void)!write(pipe_[1], &kEnded, 1); }

}  // namespace branchline::apps
