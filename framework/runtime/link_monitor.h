#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "framework/base/clock.h"
#include "framework/runtime/link_meter.h"
#include "transport/channel.h"
#include "transport/link_estimate.h"

namespace branchline::runtime {

/// What a decision needs to know of the link. A value.
struct LinkView {
  bool configured = false;       ///< there is an edge to connect to
  bool up = false;               ///< welcomed, and the network is known there
  bool draining = false;         ///< up, but open no new requests
  bool mismatch = false;         ///< down, because the edge does not fit this engine
  std::string edge;              ///< "host:port" in use or tried last
  std::string problem;           ///< why it is down, a sentence; empty while it is up
  std::uint64_t connection = 0;  ///< counts connections: what was prepared on an older one is gone
  std::optional<transport::LinkEstimate::Values> measured;
  Duration age{0};         ///< since a request last showed the goodput
  bool tried = false;      ///< a request came back, or was given up: the goodput is what it is
  Duration edge_queue{0};  ///< waiting time expected at the edge
  Duration backlog{0};     ///< until what was already sent is through, by the estimate
  std::uint64_t up_overhead = 0, down_overhead = 0;  ///< frame bytes beside the payload
};

struct LinkEvent {
  enum class Kind { up, down, mismatch } kind = Kind::up;
  std::string text;
};

/// Keeps one connection to the first usable edge of a list: connects, backs off with jitter, says
/// who it is, notices a peer that died while nothing is asked of it within 250 ms, and measures the
/// link from real requests and answers. It has no thread: tick() does what is due. Everything but
/// tick() may be called from any thread; handlers are called from the channel's I/O thread, or from
/// whoever loses the connection, without a lock held.
class LinkMonitor {
 public:
  static constexpr Duration kPingAfter = std::chrono::milliseconds(100);
  static constexpr Duration kPongWithin = std::chrono::milliseconds(150);
  static constexpr Duration kFirstBackOff = std::chrono::milliseconds(50);
  static constexpr Duration kLongestBackOff = std::chrono::seconds(1);
  static constexpr Duration kMismatchBackOff = std::chrono::seconds(5);

  using Connect = std::function<std::shared_ptr<transport::Channel>(
      const transport::Endpoint&, const transport::Hello&,
      std::shared_ptr<transport::ChannelListener>)>;

  /// @param edges   parsed; may be empty
  /// @param connect called by tick()
  LinkMonitor(std::vector<transport::Endpoint> edges, std::string digest, Connect connect,
              const TimeSource& time, std::function<void()> on_change, std::uint64_t seed = 1);
  ~LinkMonitor();
  LinkMonitor(const LinkMonitor&) = delete;
  LinkMonitor& operator=(const LinkMonitor&) = delete;

  /// Connects, pings, gives up what is dead. @returns when to call again
  TimePoint tick();

  LinkView view() const;

  /// Sends and calls `on_reply` once. @returns the id, or nullopt when the link is not up or too
  /// much is queued; `on_reply` is then not called.
  std::optional<std::uint64_t> ask(transport::Body body, std::uint64_t payload_bytes,
                                   OnReply on_reply);

  /// The answer is no longer wanted: on_reply will not be called. A late answer is still measured.
  /// @param timed_out  the link or the edge was too slow for it
  void cancel(std::uint64_t id, bool timed_out);

  /// As cancel, but the edge is let finish: its answer is only measured.
  void detach(std::uint64_t id);

  /// What happened since the last call.
  std::vector<LinkEvent> take_events();

  /// Closes the connection and never connects again; every pending handler hears `reason`.
  void shut_down(const std::string& reason);

 private:
  class Connection;
  enum class State { idle, connecting, up };

  using Lost = std::vector<OnReply>;

  void heard(std::uint64_t connection, transport::Message message,
             const transport::Arrival& arrival);
  void sent(std::uint64_t connection, std::uint64_t id, std::uint64_t bytes, TimePoint begun);
  void closed(std::uint64_t connection, const std::string& reason);

  void hear_welcome(const transport::Welcome& welcome);
  void note_queue(const transport::Body& body);
  Lost drop(const std::string& problem, bool mismatch);
  void try_next(bool mismatch);
  void begin_to_connect(std::uint64_t connection);
  bool ping_due() const;
  bool peer_is_dead() const;
  Duration patience() const;

  const std::vector<transport::Endpoint> edges_;
  const std::string digest_;
  const Connect connect_;
  const TimeSource& time_;
  const std::function<void()> on_change_;

  mutable std::mutex mutex_;  // guards all below
  std::mt19937_64 random_;
  State state_ = State::idle;
  bool shut_ = false;
  bool draining_ = false, mismatch_ = false;
  std::size_t edge_ = 0;
  int failures_ = 0;
  TimePoint next_try_;
  std::uint64_t connection_ = 0;
  std::shared_ptr<transport::Channel> channel_;
  std::string problem_ = "no connection was tried yet";
  std::uint64_t next_id_ = 1;
  std::optional<std::uint64_t> ping_;
  LinkMeter meter_;
  std::vector<LinkEvent> events_;
};

}  // namespace branchline::runtime
