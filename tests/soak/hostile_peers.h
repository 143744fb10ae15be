#pragma once

#include <cstdint>
#include <memory>
#include <thread>

#include "tests/soak/soak_record.h"

namespace branchline::soak {

/// One connection to the edge at `port` that means no good: garbage, frames with flipped bits or
/// absurd lengths, half a frame, a Hello and then a reset, or silence.
void attack(std::uint16_t port, std::uint64_t seed, SoakRecord& record);

/// Listens as an edge would, and answers whoever connects with garbage or a flipped Welcome.
class FalseEdge {
 public:
  FalseEdge(std::uint64_t seed, SoakRecord& record);
  ~FalseEdge();
  FalseEdge(const FalseEdge&) = delete;
  FalseEdge& operator=(const FalseEdge&) = delete;
  std::uint16_t port() const { return port_; }

 private:
  void serve(std::uint64_t seed, SoakRecord& record) const;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace branchline::soak
