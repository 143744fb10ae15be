#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace branchline::lab {

/// Other devices that ask the same edge for whole networks, as fast as they are answered, from
/// construction to destruction. They are engines in this process: what they compute themselves is
/// an early exit now and then.
class EdgeCrowd {
 public:
  /// @throws InputError as Engine::open
  EdgeCrowd(const std::string& model, const std::string& edge, int devices);
  ~EdgeCrowd();
  EdgeCrowd(const EdgeCrowd&) = delete;
  EdgeCrowd& operator=(const EdgeCrowd&) = delete;

  void ask(bool on) { asking_ = on; }

 private:
  void run(const std::string& model, const std::string& edge);

  std::atomic<bool> asking_{false}, stopping_{false};
  std::vector<std::thread> threads_;
};

}  // namespace branchline::lab
