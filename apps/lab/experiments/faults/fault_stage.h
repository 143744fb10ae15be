#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "apps/lab/edge_process.h"
#include "apps/lab/experiments/faults/corrupting_relay.h"
#include "apps/lab/experiments/faults/edge_crowd.h"
#include "apps/lab/experiments/faults/edge_fault.h"
#include "transport/link_emulator.h"

namespace branchline::lab {

/// A branchlined as a process, and the way there that faults come from: device, emulated link,
/// relay, edge. One thread.
class FaultStage {
 public:
  /// @param other_model  of another network, for EdgeFault::replaced
  /// @throws InputError when there is no branchlined; RunError when it does not start
  FaultStage(std::string model, std::string other_model, std::string log_file);
  ~FaultStage();

  std::string address() const;  ///< where a device finds the edge

  void begin(EdgeFault fault);
  void end(EdgeFault fault);

 private:
  void start(const std::string& model);
  void run_for_a_tenth();

  const std::string program_ = find_edge_program();
  const std::string model_, other_model_, log_file_;
  std::unique_ptr<EdgeProcess> edge_;
  std::uint16_t edge_port_ = 0;
  std::unique_ptr<CorruptingRelay> relay_;
  transport::IoThread io_;
  std::unique_ptr<transport::LinkEmulator> link_;
  std::unique_ptr<EdgeCrowd> crowd_;
  std::atomic<bool> slowing_{false};
  std::thread slower_;
};

}  // namespace branchline::lab
