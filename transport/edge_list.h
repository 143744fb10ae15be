#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "framework/base/clock.h"
#include "transport/channel.h"

namespace branchline::transport {

/// Edges in the order of preference, and when each may be tried again: after a failure it waits a
/// back-off of its own, doubled with each failure and shortened by chance, so that the clients of
/// an edge that restarts do not come back as one. Only an edge that stood for a while is forgiven
/// what it failed before. A value that is handed the time; guard it where it is shared.
class EdgeList {
 public:
  static constexpr Duration kFirstBackOff = std::chrono::milliseconds(50);
  static constexpr Duration kLongestBackOff = std::chrono::seconds(1);
  static constexpr Duration kLongestUnhurried = std::chrono::seconds(5);  ///< while another serves
  static constexpr Duration kMisfitBackOff = std::chrono::seconds(5);
  static constexpr Duration kSteady = std::chrono::seconds(5);

  EdgeList(std::vector<Endpoint> edges, TimePoint now, std::uint64_t seed);

  std::size_t size() const noexcept { return edges_.size(); }
  const Endpoint& at(std::size_t edge) const { return edges_.at(edge).endpoint; }

  /// The most preferred edge below `end` that is not engaged and may be tried now.
  std::optional<std::size_t> next(TimePoint now, std::size_t end) const;
  /// When next() may have one; TimePoint::max() when all below `end` are engaged.
  TimePoint next_try(std::size_t end) const;

  void engage(std::size_t edge);  ///< it is being tried; ends with fail() or leave()
  void stand(std::size_t edge, TimePoint now);
  /// It could not be reached, or was lost.
  /// @param misfit  it is there but cannot serve us: no use to ask soon
  /// @param hurried nothing else serves
  void fail(std::size_t edge, TimePoint now, bool misfit, bool hurried);
  void leave(std::size_t edge);  ///< it was given up without a fault

  /// Nothing serves any more: nobody waits longer than kLongestBackOff from now.
  void hurry(TimePoint now);

 private:
  struct Edge {
    Endpoint endpoint;
    bool engaged = false;
    bool misfit = false;
    int failures = 0;
    std::optional<TimePoint> stands_since;
    TimePoint next_try;
  };
  Duration shortened(Duration wait);

  std::vector<Edge> edges_;
  std::mt19937_64 random_;
};

}  // namespace branchline::transport
