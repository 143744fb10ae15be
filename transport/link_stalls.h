#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <random>

#include "framework/base/clock.h"
#include "transport/asio.h"

namespace branchline::transport {

/// When an emulated link stands still by itself: one stall on request, or stalls of one length at
/// random moments (a Poisson process, seeded). On the I/O thread only; the owner stops it.
class LinkStalls : public std::enable_shared_from_this<LinkStalls> {
 public:
  LinkStalls(asio::io_context& context, std::uint64_t seed)
      : end_timer_(context), next_timer_(context), random_(seed) {}

  std::function<void()> change;  ///< a stall began or ended

  bool stalled() const noexcept { return stalled_; }

  /// From now on for `length`; one under way then ends no sooner than it would have.
  void begin(Duration length);
  void end();

  /// @param every  mean time from one stall's begin to the next one's; 0: none
  void repeat(Duration length, Duration every);

  void stop();

 private:
  void wait_for_next();

  asio::steady_timer end_timer_;
  asio::steady_timer next_timer_;
  std::mt19937_64 random_;
  bool stalled_ = false;
  Duration length_{0};
  Duration every_{0};
};

}  // namespace branchline::transport
