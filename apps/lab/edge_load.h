#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "framework/runtime/bell.h"
#include "framework/runtime/link_monitor.h"
#include "transport/message.h"

namespace branchline::lab {

/// Other devices that keep an edge busy: each asks for the deepest exit of a blank picture again as
/// soon as it is answered, over a connection of its own.
class EdgeLoad {
 public:
  /// Connects and has the plan prepared; asks nothing yet.
  /// @param budget  of each request
  /// @throws InputError when the model cannot be loaded; RunError when the edge is not ready in
  /// time
  EdgeLoad(const std::string& model, std::uint16_t port, int devices, Duration budget);
  ~EdgeLoad();
  EdgeLoad(const EdgeLoad&) = delete;
  EdgeLoad& operator=(const EdgeLoad&) = delete;

  void begin() { asking_ = true; }
  void end() { asking_ = false; }

  std::uint64_t answered() const { return answered_; }
  std::uint64_t refused() const { return refused_; }

 private:
  struct Device;

  void run();
  void ask(Device& device);
  bool all_prepared() const;

  const SystemTime time_;
  runtime::Bell bell_;
  transport::Request request_;
  std::atomic<bool> asking_{false}, stopping_{false};
  std::atomic<std::uint64_t> answered_{0}, refused_{0};
  std::unique_ptr<transport::IoThread> io_;
  std::vector<std::unique_ptr<Device>> devices_;
  std::thread thread_;
};

}  // namespace branchline::lab
