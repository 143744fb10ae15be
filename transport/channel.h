#pragma once

#include <functional>
#include <memory>
#include <string>

#include "framework/base/clock.h"
#include "transport/message.h"
#include "transport/server_limits.h"

namespace branchline::transport {

/// When the frame of an incoming message began to arrive and when it was complete, on this
/// machine's clock: goodput is measured from real frames.
struct Arrival {
  TimePoint first_byte;
  TimePoint complete;
  std::uint64_t frame_bytes = 0;
  bool payload_checksum = false;  ///< it had one, and it was right
};

/// Told by a channel, always from its I/O thread, one call at a time: return quickly, never compute
/// or block here. on_closed is the last call and comes exactly once.
class ChannelListener {
 public:
  virtual ~ChannelListener() = default;
  virtual void on_message(Message message, const Arrival& arrival) = 0;
  /// The last byte of message `id` was handed to the kernel; `frame_bytes` long, written since
  /// `begun`.
  virtual void on_sent(std::uint64_t id, std::uint64_t frame_bytes, TimePoint begun) {
    (void)id, (void)frame_bytes, (void)begun;
  }
  /// Its Cancel took Request `id` back unsent: no reply will come.
  virtual void on_dropped(std::uint64_t id) { (void)id; }
  virtual void on_closed(const std::string& reason) = 0;
};

/// A connection that carries messages both ways, many in flight, answers in any order. Every member
/// is safe from any thread. Tensors are sent from their own storage, which the message keeps alive,
/// and received into pooled aligned buffers.
class Channel {
 public:
  virtual ~Channel() = default;

  /// Queues the message; never blocks. On a client's side messages wait for the Welcome, and
  /// Requests and ProfileQueries for credit; all others overtake those. A Cancel takes a Request of
  /// its id that still waits out of the queue; then neither is sent, and the listener hears
  /// on_dropped(). What both Hello and
  /// Welcome announce as capabilities is in force from then on; a Welcome loses those the Hello
  /// lacked.
  /// @returns false when the channel is closed, too much is queued, or the message breaks a bound
  ///          of the format (docs/protocol.md).
  virtual bool send(Message message) = 0;

  /// Ends the connection: nothing is sent or heard from now on, what was queued is still written
  /// (for at most a second), and the listener hears on_closed(reason).
  virtual void close(const std::string& reason) = 0;

  /// As close(), for a peer held dead: nothing more is written, the connection is reset, and what
  /// the kernel holds of ours is freed at once.
  virtual void abandon(const std::string& reason) { close(reason); }

  virtual bool is_open() const = 0;

  /// "127.0.0.1:7400".
  virtual std::string peer() const = 0;

  /// Time since anything was received.
  virtual Duration silent_for() const = 0;

  /// Time since anything was received or, of what was sent before an unanswered Ping, acknowledged
  /// by the other side's kernel. Look often: progress counts from the look that sees it.
  virtual Duration still_for() const { return silent_for(); }
};

/// Caps that are checked before anything is allocated.
struct FrameLimits {
  std::uint64_t max_frame_bytes = 64ull << 20;
  std::uint32_t max_metadata_bytes = 1u << 20;
  std::uint32_t max_tensors = 1024;
  std::uint64_t max_queued_bytes = 256ull << 20;  ///< waiting to be written
};

/// The thread that does all socket work of a process (one io_context). Destroying it closes every
/// channel and returns when their on_closed have returned; never destroy it from its own thread.
class IoThread {
 public:
  IoThread();
  ~IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  struct Parts;
  const std::shared_ptr<Parts>& parts() const noexcept { return parts_; }

 private:
  std::shared_ptr<Parts> parts_;
};

/// "host:port" or "[v6]:port". @throws InputError naming `where`.
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
};
Endpoint parse_endpoint(const std::string& text, const std::string& where);
std::string to_string(const Endpoint& endpoint);

/// Begins to connect and returns at once. The listener hears on_message(Welcome or Refused, …)
/// after the Hello that the channel sends by itself, or on_closed with a sentence (refused, timed
/// out, protocol versions do not fit, …).
std::shared_ptr<Channel> connect(IoThread& io, const Endpoint& endpoint, const Hello& hello,
                                 Duration timeout, std::shared_ptr<ChannelListener> listener,
                                 const FrameLimits& limits = {},
                                 const ClientSecurity& security = {});

/// Accepts connections until destroyed; those it accepted live on. A peer that does not speak
/// protocol 1, cannot be trusted or breaks a limit is closed with a Refused sentence.
class Server {
 public:
  /// Called on the I/O thread for each peer that said Hello; returns who listens to it. That Hello
  /// arrives as its first message.
  using OnConnect = std::function<std::shared_ptr<ChannelListener>(std::shared_ptr<Channel>)>;

  /// Told, on the I/O thread, of peers that never got that far: for a line in the log. Of a flood
  /// only some are told.
  using OnTurnedAway = std::function<void(const std::string& peer, const std::string& reason)>;

  /// @throws InputError when the address cannot be bound (in use, no such host, no right).
  Server(IoThread& io, const Endpoint& listen, OnConnect on_connect, const FrameLimits& limits = {},
         OnTurnedAway on_turned_away = {}, const ServerProtection& protection = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;  ///< the real one when 0 was asked for
  void stop_accepting();

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;
};

}  // namespace branchline::transport
