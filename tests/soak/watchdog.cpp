#include "tests/soak/watchdog.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace branchline::soak {

struct Watchdog::Watch::Begun {
  std::string what;
  TimePoint since, until;
};

Watchdog::Watchdog(std::function<std::string()> others)
    : others_(std::move(others)), thread_([this] { run(); }) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  ended_.notify_all();
  thread_.join();
}

Watchdog::Watch::Watch(Watchdog& dog, std::string what, Duration at_most) : dog_(dog) {
  const TimePoint now = Clock::now();
  const std::lock_guard lock(dog_.mutex_);
  begun_ = dog_.begun_.insert(dog_.begun_.end(), {std::move(what), now, now + at_most});
}

Watchdog::Watch::~Watch() {
  const std::lock_guard lock(dog_.mutex_);
  dog_.begun_.erase(begun_);
}

std::string Watchdog::what_hangs() {
  std::string text;
  const TimePoint now = Clock::now();
  for (const Watch::Begun& begun : begun_) {
    if (now < begun.until) continue;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - begun.since);
    text += "  " + begun.what + ", for " + std::to_string(seconds.count()) + " s\n";
  }
  return text;
}

void Watchdog::run() {
  std::unique_lock lock(mutex_);
  while (!ended_.wait_for(lock, std::chrono::milliseconds(500), [this] { return over_; })) {
    const std::string hanging = what_hangs() + others_();
    if (hanging.empty()) continue;
    std::printf("FAILED: this hangs:\n%sfailed\n", hanging.c_str());
    std::fflush(stdout);
    std::_Exit(1);  // threads that hang cannot be joined
  }
}

}  // namespace branchline::soak
