#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "framework/base/clock.h"
#include "transport/channel.h"
#include "transport/edge_list.h"
#include "transport/heartbeat.h"

namespace branchline::transport {

/// Told by a session, without a lock held, by the I/O thread or by whoever calls tick() or
/// shut_down(): return quickly.
class SessionListener {
 public:
  virtual ~SessionListener() = default;
  /// An edge introduced itself. @returns empty when it will do; else a sentence why not.
  virtual std::string judge(const Endpoint& edge, const Welcome& welcome) = 0;
  /// From now on this connection is in use.
  virtual void on_up(const Endpoint&, const Welcome&) {}
  /// The connection in use was lost; when a spare takes over, on_up() follows.
  virtual void on_down(const Endpoint&, const std::string& /*reason*/) {}
  /// A connection that was never in use was lost, or could not be made.
  /// @param misfit  the edge is there but cannot serve us
  virtual void on_failed(const Endpoint&, const std::string& /*reason*/, bool /*misfit*/) {}
  /// A Ping with this id follows, over the connection in use; it is answered like what was asked.
  virtual void on_ping(std::uint64_t /*id*/) {}
  virtual void on_sent(std::uint64_t /*id*/, std::uint64_t /*bytes*/, TimePoint /*begun*/) {}
  /// For each id asked exactly one of these two, once.
  virtual void on_reply(Message message, const Arrival& arrival) = 0;
  virtual void on_lost(std::uint64_t id, const std::string& reason) = 0;
};

/// What a session stands on. A value.
struct SessionView {
  bool up = false;
  bool draining = false;           ///< up, but open no new requests
  bool misfit = false;             ///< down, because the edge tried last cannot serve us
  std::uint64_t capabilities = 0;  ///< that are in force while it is up
  std::string edge;                ///< in use or tried last; "host:port"
  std::string problem;             ///< why it is down, a sentence
  std::uint64_t connection = 0;    ///< a number of the connection in use or tried last

  std::uint64_t spare = 0;  ///< of the connection that would take over; 0: none
  std::string spare_edge;   ///< "host:port"; empty without a spare
  std::uint64_t spare_capabilities = 0;
};

/// Keeps one connection to the best usable edge of a list and a spare to the next, so that losing
/// an edge costs what was in flight there and no connecting: backs off by edge, moves away from an
/// edge that drains, goes back to a preferred one once it stood for a while, and notices a dead
/// peer: idle, within a quarter of a second; else by the deadline of the oldest request that is not
/// answered. It has no thread: tick() does what is due. Every member is safe from any thread.
class Session final : public std::enable_shared_from_this<Session> {
 public:
  /// A better edge must have stood so long before it is gone back to.
  static constexpr Duration kReturnAfter = EdgeList::kSteady;
  /// A reply that is so much later than its request's deadline will never come.
  static constexpr Duration kNeverAnswered = std::chrono::seconds(30);

  using Connect = std::function<std::shared_ptr<Channel>(const Endpoint&, const Hello&,
                                                         std::shared_ptr<ChannelListener>)>;
  struct Setup {
    std::vector<Endpoint> edges;  ///< in the order of preference
    Hello hello;
    Connect connect;  ///< called by tick(), gives up by itself when nobody answers
    std::shared_ptr<SessionListener> listener;
    std::uint64_t seed = 1;  ///< of the jitter
  };

  /// @param time  must outlive the session; make one with std::make_shared
  Session(Setup setup, const TimeSource& time);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Connects, pings, gives up what is dead. @returns when to call again
  TimePoint tick();

  SessionView view() const;

  /// For ask(), so that the caller can note it first.
  std::uint64_t new_id() { return next_id_.fetch_add(1); }

  /// @param payload_bytes  that go with the message
  /// @param connection     to send over, of the view; 0: the one in use
  /// @returns false when there is no such connection or too much is queued: nothing is told of it
  ///          then
  bool ask(std::uint64_t id, Body body, std::uint64_t payload_bytes, std::uint64_t connection = 0);

  /// Tells the edge that the answer is no longer wanted. What comes of it is told all the same.
  void cancel(std::uint64_t id);

  /// The uplink's speed as measured; sharpens how long what was sent may take to get through.
  void set_uplink(double bytes_per_s);

  /// Closes every connection and never connects again; what was asked is lost for `reason`.
  void shut_down(const std::string& reason);

 private:
  class Ear;
  struct Link;
  struct Unanswered;
  using Calls = std::vector<std::function<void()>>;  // made when the lock is released

  void heard(std::uint64_t number, Message message, const Arrival& arrival);
  void sent(std::uint64_t number, std::uint64_t id, std::uint64_t bytes, TimePoint begun);
  void dropped(std::uint64_t number, std::uint64_t id);
  void closed(std::uint64_t number, const std::string& reason);
  void introduced(std::uint64_t number, const Welcome& welcome);
  void answer_ping(std::uint64_t number, std::uint64_t id);
  bool hear_reply(Link& link, const Message& message);
  void confirm_up_to(std::uint64_t number, std::uint64_t order);

  Link* find(std::uint64_t number);
  const Link* spare() const;
  bool busy(std::uint64_t number) const;
  bool remove_unanswered(std::uint64_t id, std::uint64_t number);
  Heartbeat::Signs signs_of(const Link& link) const;
  void look_after(Link& link, TimePoint now, std::vector<std::uint64_t>& dead, Calls& calls);
  void ping(Link& link, bool used, Calls& calls);
  void give_up_never_answered(TimePoint now, Calls& calls);
  void settle(TimePoint now, Calls& calls);
  void close_idle(TimePoint now, Calls& calls);
  bool connecting() const;
  void attempt(TimePoint now, Calls& calls);
  void open(std::uint64_t number, const Endpoint& edge);
  TimePoint next_tick(TimePoint now);
  std::size_t edges_worth_trying();

  enum class Ending { lost, dead, misfit };
  void lose(std::uint64_t number, const std::string& reason, Ending ending, Calls& calls);
  void drop_unanswered(std::uint64_t number, const std::string& reason, Calls& calls);
  void put_in_use(Link& link, Calls& calls);

  const Hello hello_;
  const Connect connect_;
  const std::shared_ptr<SessionListener> listener_;
  const TimeSource& time_;
  std::atomic<std::uint64_t> next_id_{1};

  mutable std::mutex mutex_;  // guards all below
  EdgeList edges_;
  bool shut_ = false;
  std::vector<Link> links_;
  std::vector<Unanswered> unanswered_;
  std::uint64_t last_number_ = 0;
  std::uint64_t last_order_ = 0;
  std::uint64_t in_use_ = 0;  // a link's number; 0: none
  std::size_t shown_edge_ = 0;
  std::uint64_t shown_number_ = 0;
  bool misfit_ = false;
  std::string problem_ = "no connection was tried yet";
  double uplink_bytes_per_s_ = 0;
};

}  // namespace branchline::transport
