#pragma once

#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>

#include "framework/base/clock.h"

namespace branchline::soak {

/// Ends the process, saying what hung, when something that was begun is not over in time. Safe from
/// any thread.
class Watchdog {
 public:
  /// @param others  asked twice a second what else hangs; empty: nothing
  explicit Watchdog(std::function<std::string()> others);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// Until its end something is being done that may not take longer.
  class Watch {
   public:
    Watch(Watchdog& dog, std::string what, Duration at_most);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

   private:
    struct Begun;
    friend class Watchdog;
    Watchdog& dog_;
    std::list<Begun>::iterator begun_;
  };

 private:
  void run();
  std::string what_hangs();

  const std::function<std::string()> others_;
  std::mutex mutex_;  // guards begun_ and over_
  std::condition_variable ended_;
  std::list<Watch::Begun> begun_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace branchline::soak
