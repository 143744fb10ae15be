#pragma once

#include <deque>
#include <functional>
#include <optional>

#include "transport/link_serializer.h"

namespace branchline::lab {

/// One direction of a link in virtual time that carries whole frames, in order, packet by packet.
/// Bytes of a connection that was given up pass all the same, as they do in a network's queues.
class VirtualWire {
 public:
  /// Called when the last packet is there.
  using Arrive = std::function<void(TimePoint first_byte)>;
  /// Called when any packet of a frame is there.
  using Move = std::function<void()>;

  VirtualWire(const transport::RateTrace& rate, Duration delay, TimePoint start);

  void send(std::uint64_t bytes, Move move, Arrive arrive, TimePoint now);

  std::optional<TimePoint> next_event() const { return serializer_.next_event(); }

  /// Delivers what has arrived by `now`.
  void run(TimePoint now);

 private:
  struct Frame {
    std::size_t packets = 0;  ///< still to come
    std::optional<TimePoint> first_byte;
    Move move;
    Arrive arrive;
  };

  transport::LinkSerializer serializer_;
  std::deque<Frame> frames_;
};

}  // namespace branchline::lab
