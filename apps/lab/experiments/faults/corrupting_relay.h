#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "framework/base/clock.h"

namespace branchline::lab {

/// A proxy on loopback that passes bytes on and, while it corrupts, flips a bit of what comes back
/// now and then. Threads of its own. Every member is safe from any thread.
class CorruptingRelay {
 public:
  /// Listens on a free port. @throws RunError when it cannot
  explicit CorruptingRelay(std::uint16_t target);
  ~CorruptingRelay();
  CorruptingRelay(const CorruptingRelay&) = delete;
  CorruptingRelay& operator=(const CorruptingRelay&) = delete;

  std::uint16_t port() const;
  void corrupt(bool on);
  std::uint64_t flipped() const;  ///< bits so far

 private:
  struct Parts;
  const std::shared_ptr<Parts> parts_;
};

}  // namespace branchline::lab
