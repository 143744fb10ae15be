#include "apps/lab/experiments/traces/virtual_wire.h"

#include <algorithm>
#include <utility>

namespace branchline::lab {
namespace {

constexpr std::uint64_t kPacketBytes = 1448;

}  // namespace

VirtualWire::VirtualWire(const transport::RateTrace& rate, Duration delay, TimePoint start)
    : serializer_(transport::RateSchedule(rate, start), delay, Duration{0}, 1) {}

void VirtualWire::send(std::uint64_t bytes, Move move, Arrive arrive, TimePoint now) {
  Frame frame;
  for (std::uint64_t left = bytes; left > 0; left -= std::min(left, kPacketBytes)) {
    serializer_.offer(std::min(left, kPacketBytes), now);
    ++frame.packets;
  }
  frame.move = std::move(move);
  frame.arrive = std::move(arrive);
  frames_.push_back(std::move(frame));
}

void VirtualWire::run(TimePoint now) {
  for (std::size_t arrived = serializer_.take_arrived(now); arrived > 0; --arrived) {
    Frame& frame = frames_.front();
    if (!frame.first_byte) frame.first_byte = now;
    frame.move();
    if (--frame.packets > 0) continue;
    const Frame complete = std::move(frame);
    frames_.pop_front();
    complete.arrive(*complete.first_byte);
  }
}

}  // namespace branchline::lab
