#include "apps/lab/stop_flag.h"

#include <pthread.h>

#include <csignal>
#include <ctime>

namespace branchline::lab {
namespace {

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

StopFlag::StopFlag() {
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  listener_ = std::thread([this] { listen(); });
}

StopFlag::~StopFlag() {
  ended_ = true;
  listener_.join();
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

void StopFlag::listen() {
  const sigset_t signals = stop_signals();
  const timespec patience{0, 50'000'000};
  while (!ended_) {
    const int signal = sigtimedwait(&signals, nullptr, &patience);
    if (signal <= 0) continue;
    const std::lock_guard lock(mutex_);
    // Whoever asks twice does not want to wait for a clean end.
    if (signal_ != 0) _Exit(128 + signal);
    signal_ = signal;
    changed_.notify_all();
  }
}

bool StopFlag::wait_until(TimePoint time) const {
  std::unique_lock lock(mutex_);
  return !changed_.wait_until(lock, time, [this] { return signal_ != 0; });
}

}  // namespace branchline::lab
