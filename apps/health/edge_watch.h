#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "apps/health/edge_health.h"

namespace branchline::apps {

/// A thread that looks at the edge once a second, publishes what it sees, and pets systemd's
/// watchdog while the edge is not stuck. Should the look itself hang, health says so.
class EdgeWatch {
 public:
  /// @param health  must outlive this
  /// @param look    called on the watch's thread; may wait
  EdgeWatch(EdgeHealth& health, std::function<EdgeStatus()> look,
            std::function<void(int level, const std::string& text)> log);
  ~EdgeWatch();

 private:
  void watch();
  void look_once();

  EdgeHealth& health_;
  const std::function<EdgeStatus()> look_;
  const std::function<void(int level, const std::string& text)> log_;
  bool told_ = false;
  std::mutex mutex_;  // guards ended_
  std::condition_variable changed_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace branchline::apps
