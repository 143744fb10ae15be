#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "framework/base/clock.h"
#include "transport/channel.h"
#include "transport/link_estimate.h"

namespace branchline::runtime {

/// What came back for a message: an Answer, Ready, Refused, ProfileReply …, or nothing more will
/// (`lost` says why).
struct LinkReply {
  std::optional<transport::Body> body;
  std::string lost;
  Duration took{0};      ///< from the first byte sent to the last byte received
  Duration download{0};  ///< of the reply's frame
  std::uint64_t bytes_up = 0, bytes_down = 0;  ///< frames
};
using OnReply = std::function<void(LinkReply)>;

/// The messages of one link that are not yet answered, and what their answers, and the lack of
/// them, show of the link's speed and the edge's queue. The estimate outlives connections. A value;
/// guard it where it is shared.
///
/// Requests go up one after the other. The one whose bytes are on their way measures the link: from
/// when it was sent, or from when the bytes ahead of it were through.
class LinkMeter {
 public:
  struct Expected {
    OnReply on_reply;  ///< empty: nobody waits for the reply
    TimePoint asked;
    std::uint64_t payload_bytes = 0;
    bool request = false;    ///< a Request: its exchange measures the link
    bool elsewhere = false;  ///< over the spare connection: says nothing of the link in use
  };

  void expect(std::uint64_t id, Expected expected);
  void forget(std::uint64_t id) { pending_.erase(id); }
  bool awaits(std::uint64_t id) const { return pending_.contains(id); }
  bool is_elsewhere(std::uint64_t id) const { return pending_.at(id).elsewhere; }

  /// Its first byte left at `begun`.
  void sent(std::uint64_t id, std::uint64_t frame_bytes, TimePoint begun);

  /// The reply came. @param id  awaited
  /// @returns whom to hand what; nobody when it is no longer wanted
  std::pair<OnReply, LinkReply> heard(std::uint64_t id, transport::Body body,
                                      const transport::Arrival& arrival);

  /// Its reply is no longer wanted; when it comes all the same it is still measured.
  /// @param timed_out  because link or edge were too slow
  /// @returns whether the edge should be told
  bool give_up(std::uint64_t id, bool timed_out, TimePoint now);
  void detach(std::uint64_t id);

  void note_queue(Duration queue, TimePoint now);

  /// No reply will come. @returns who still waits for it
  OnReply lose(std::uint64_t id);

  Duration backlog() const;  ///< until what was sent is through, by the estimate; at most 5 s
  Duration edge_queue(TimePoint now) const;
  std::optional<transport::LinkEstimate::Values> measured() const { return estimate_.values(); }

  /// When a request last showed the goodput; nullopt: none has, or was given up, yet.
  std::optional<TimePoint> goodput_told() const { return goodput_told_; }

  /// Of frames, beside the payload; a moving mean.
  std::uint64_t up_overhead() const { return static_cast<std::uint64_t>(up_overhead_); }
  std::uint64_t down_overhead() const { return static_cast<std::uint64_t>(down_overhead_); }

 private:
  struct Pending : Expected {
    TimePoint begun;
    std::uint64_t frame_bytes = 0;
    bool alone = false;  ///< nothing else was under way when it was sent
  };
  using Entry = std::map<std::uint64_t, Pending>::value_type;

  void measure(const Pending& pending, bool first_in_line, const transport::Body& body,
               const transport::Arrival& arrival);
  void add_exchange(const Pending& pending, Duration remote, const transport::Arrival& arrival);
  void add_timeout(const Pending& oldest, TimePoint now);
  const Pending* first_in_line() const;

  std::map<std::uint64_t, Pending> pending_;  // ids rise in the order of sending
  transport::LinkEstimate estimate_;
  TimePoint line_free_{};  // when the newest upload was through, as far as replies tell
  std::optional<TimePoint> goodput_told_;  // pings keep the estimate's own stamp fresh
  Duration queue_{0};
  TimePoint queue_told_{};
  double up_overhead_ = 256, down_overhead_ = 128;
};

}  // namespace branchline::runtime
