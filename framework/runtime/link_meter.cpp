#include "framework/runtime/link_meter.h"

#include <algorithm>
#include <cmath>

namespace branchline::runtime {
namespace {

using transport::Arrival;
using transport::Body;

constexpr double kOverheadWeight = 0.2;
constexpr std::uint64_t kPingFrameBytes = 64;  // about; only its round trip matters
constexpr Duration kLongestBacklog = std::chrono::seconds(5);

Duration at_rate(double bytes, double bytes_per_s) {
  return Duration(std::llround(std::min(bytes / bytes_per_s, 1e6) * 1e9));
}

bool ran_out_of_budget(const Body& body) {
  const auto* refused = std::get_if<transport::Refused>(&body);
  return refused != nullptr && refused->why == transport::Refusal::expired;
}

}  // namespace

void LinkMeter::expect(std::uint64_t id, Expected expected) {
  Pending pending;
  static_cast<Expected&>(pending) = std::move(expected);
  pending.begun = pending.asked;
  pending.alone = first_in_line() == nullptr;
  pending_.emplace(id, std::move(pending));
}

const LinkMeter::Pending* LinkMeter::first_in_line() const {
  const auto found = std::find_if(pending_.begin(), pending_.end(), [](const Entry& entry) {
    return entry.second.payload_bytes > 0 && !entry.second.elsewhere;
  });
  return found == pending_.end() ? nullptr : &found->second;
}

void LinkMeter::sent(std::uint64_t id, std::uint64_t frame_bytes, TimePoint begun) {
  const auto found = pending_.find(id);
  // A Cancel goes by its request's id: only what was sent first is timed.
  if (found == pending_.end() || found->second.frame_bytes > 0) return;
  Pending& pending = found->second;
  pending.begun = begun;
  pending.frame_bytes = frame_bytes;
  if (pending.request && frame_bytes > pending.payload_bytes) {
    const auto overhead = static_cast<double>(frame_bytes - pending.payload_bytes);
    up_overhead_ += kOverheadWeight * (overhead - up_overhead_);
  }
}

std::pair<OnReply, LinkReply> LinkMeter::heard(std::uint64_t id, Body body,
                                               const Arrival& arrival) {
  const auto found = pending_.find(id);
  const bool first = &found->second == first_in_line();
  Pending pending = std::move(found->second);
  pending_.erase(found);
  measure(pending, first, body, arrival);
  LinkReply reply;
  reply.took = arrival.complete - pending.begun;
  reply.download = arrival.complete - arrival.first_byte;
  reply.bytes_up = pending.frame_bytes;
  reply.bytes_down = arrival.frame_bytes;
  reply.body = std::move(body);
  return {std::move(pending.on_reply), std::move(reply)};
}

void LinkMeter::measure(const Pending& pending, bool first_in_line, const Body& body,
                        const Arrival& arrival) {
  if (std::holds_alternative<transport::Pong>(body) && pending.alone) {
    const std::uint64_t up = pending.frame_bytes > 0 ? pending.frame_bytes : kPingFrameBytes;
    estimate_.add_exchange(up, arrival.frame_bytes, arrival.complete - pending.begun,
                           Duration::zero(), arrival.complete);
  }
  if (!pending.request || pending.elsewhere) return;
  const auto* answer = std::get_if<transport::Answer>(&body);
  const std::uint64_t payload = answer != nullptr ? transport::payload_bytes(answer->tensors) : 0;
  if (answer != nullptr && arrival.frame_bytes > payload) {
    const auto overhead = static_cast<double>(arrival.frame_bytes - payload);
    down_overhead_ += kOverheadWeight * (overhead - down_overhead_);
  }
  if (!pending.alone && !first_in_line) return;
  if (answer != nullptr) {
    add_exchange(pending, answer->queued + answer->decode + answer->compute, arrival);
    estimate_.add_download(arrival.frame_bytes, arrival.complete - arrival.first_byte,
                           arrival.complete);
  } else if (!pending.on_reply && ran_out_of_budget(body)) {
    // Too late for an answer, but not for a measurement: the way there is what took so long.
    add_exchange(pending, Duration::zero(), arrival);
  }
}

void LinkMeter::add_exchange(const Pending& pending, Duration remote, const Arrival& arrival) {
  const TimePoint begun = std::max(pending.begun, line_free_);
  const Duration total = std::max(arrival.complete - begun, Duration::zero());
  estimate_.add_exchange(std::max(pending.frame_bytes, pending.payload_bytes), arrival.frame_bytes,
                         total, std::clamp(remote, Duration::zero(), total), arrival.complete);
  goodput_told_ = arrival.complete;
  // The reply left there when the last byte had come and the edge was done: a round trip ago, and
  // the time that the edge took, the next one's bytes could leave.
  const auto values = estimate_.values();
  line_free_ = std::max(begun, arrival.first_byte - remote - values->round_trip);
}

bool LinkMeter::give_up(std::uint64_t id, bool timed_out, TimePoint now) {
  const auto found = pending_.find(id);
  if (found == pending_.end() || !found->second.on_reply) return false;
  found->second.on_reply = {};
  if (!timed_out || !found->second.request || found->second.elsewhere) return true;
  // What stands first in the line is what is not through yet.
  if (const Pending* oldest = first_in_line()) add_timeout(*oldest, now);
  return true;
}

void LinkMeter::add_timeout(const Pending& oldest, TimePoint now) {
  if (!oldest.request) return;
  estimate_.add_timeout(oldest.payload_bytes, now - std::max(oldest.begun, line_free_), now);
  goodput_told_ = now;
}

void LinkMeter::detach(std::uint64_t id) {
  const auto found = pending_.find(id);
  if (found != pending_.end()) found->second.on_reply = {};
}

void LinkMeter::note_queue(Duration queue, TimePoint now) {
  queue_ = queue;
  queue_told_ = now;
}

OnReply LinkMeter::lose(std::uint64_t id) {
  const auto found = pending_.find(id);
  if (found == pending_.end()) return {};
  OnReply on_reply = std::move(found->second.on_reply);
  pending_.erase(found);
  return on_reply;
}

Duration LinkMeter::backlog() const {
  double bytes = 0;
  for (const auto& [id, pending] : pending_) {
    if (!pending.elsewhere) bytes += static_cast<double>(pending.payload_bytes);
  }
  const auto measured = estimate_.values();
  if (bytes == 0 || !measured || measured->uplink_bytes_per_s <= 0) return Duration::zero();
  return std::min(at_rate(bytes, measured->uplink_bytes_per_s), Duration(kLongestBacklog));
}

Duration LinkMeter::edge_queue(TimePoint now) const {
  // A queue drains while nobody tells us of it.
  return std::max(Duration::zero(), queue_ - (now - queue_told_));
}

}  // namespace branchline::runtime
