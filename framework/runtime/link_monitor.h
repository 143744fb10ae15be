#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "framework/base/clock.h"
#include "framework/runtime/link_meter.h"
#include "transport/channel.h"
#include "transport/link_estimate.h"
#include "transport/session.h"

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
  bool packs = false;                                ///< the edge unpacks packed payloads

  std::uint64_t spare = 0;  ///< connection to another edge that would take over; 0: none
  std::string spare_edge;   ///< "host:port"
  bool spare_packs = false;
};

/// Over which connection to ask.
struct Route {
  std::uint64_t connection = 0;  ///< LinkView::connection or ::spare; 0: the one in use
  bool spare = false;            ///< its speed is not the link's: nothing is learned from it
};

struct LinkEvent {
  enum class Kind { up, down, mismatch } kind = Kind::up;
  std::string text;
};

/// Measures the link to the edge that a transport::Session keeps, from real requests and answers:
/// the session connects, backs off, pings, fails over; here each message finds who waits for it. It
/// has no thread: tick() does what is due. Everything but tick() may be called from any thread;
/// handlers are called from the channel's I/O thread, or from whoever loses the connection, without
/// a lock held.
class LinkMonitor {
 public:
  using Connect = transport::Session::Connect;

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
                                   OnReply on_reply, Route route = {});

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
  class Ear;

  std::string judge(const transport::Endpoint& edge, const transport::Welcome& welcome) const;
  void came_up(const transport::Endpoint& edge, const transport::Welcome& welcome);
  void went_down(const transport::Endpoint& edge, const std::string& reason);
  void failed(const std::string& reason, bool misfit);
  void heard(transport::Message message, const transport::Arrival& arrival);
  void lost(std::uint64_t id, const std::string& reason);
  void expect(std::uint64_t id, LinkMeter::Expected expected);
  void note_queue(std::uint64_t id, const transport::Body& body);

  const bool configured_;
  const std::string digest_;
  const TimeSource& time_;
  const std::function<void()> on_change_;

  mutable std::mutex mutex_;  // guards the three below
  LinkMeter meter_;
  std::vector<LinkEvent> events_;
  std::set<std::string> mismatches_told_;

  std::shared_ptr<transport::Session> session_;
};

}  // namespace branchline::runtime
