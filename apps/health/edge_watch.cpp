#include "apps/health/edge_watch.h"

#include <algorithm>
#include <utility>

#include "apps/health/systemd_notify.h"

namespace branchline::apps {

EdgeWatch::EdgeWatch(EdgeHealth& health, std::function<EdgeStatus()> look,
                     std::function<void(int level, const std::string& text)> log)
    : health_(health), look_(std::move(look)), log_(std::move(log)), thread_([this] { watch(); }) {}

EdgeWatch::~EdgeWatch() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void EdgeWatch::watch() {
  const Duration dog = systemd_watchdog().value_or(Duration::max());
  const Duration period = std::min<Duration>(std::chrono::seconds(1), dog / 4);
  std::unique_lock lock(mutex_);
  while (!ended_) {
    lock.unlock();
    look_once();
    lock.lock();
    changed_.wait_for(lock, period, [this] { return ended_; });
  }
}

void EdgeWatch::look_once() {
  health_.publish(look_());
  const HealthReport report = health_.report();
  if (report.live()) {
    notify_systemd("WATCHDOG=1");
  } else if (!told_) {
    log_(0, "stuck: " + report.stuck);
  }
  told_ = !report.live();
}

}  // namespace branchline::apps
