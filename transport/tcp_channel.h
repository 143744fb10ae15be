#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "transport/asio.h"
#include "transport/byte_stream.h"
#include "transport/connection_table.h"
#include "transport/connection_terms.h"
#include "transport/frame_reader.h"
#include "transport/handler_memory.h"
#include "transport/handshake.h"
#include "transport/heartbeat.h"
#include "transport/io_thread.h"
#include "transport/socket_pulse.h"
#include "transport/write_queue.h"

namespace branchline::transport {

/// A Channel over one TCP connection. Writing happens on whichever thread sends (without waiting)
/// or, when the socket is full, on the I/O thread; everything else on the I/O thread.
class TcpChannel final : public Channel,
                         public IoObject,
                         public std::enable_shared_from_this<TcpChannel> {
 public:
  /// Which first message makes the connection stand.
  enum class Side { client, server };

  /// Server side: told of the Hello's arrival, gives the listener.
  using OnHello = std::function<std::shared_ptr<ChannelListener>(std::shared_ptr<Channel>)>;
  using OnEarlyEnd = std::function<void(const std::string& peer, const std::string& reason)>;

  struct Setup {
    Side side = Side::client;
    std::string peer;
    FrameLimits limits;
    std::unique_ptr<ByteStream> stream;
    std::unique_ptr<Handshake> handshake;
    std::shared_ptr<ConnectionTable> table;     ///< server side: the limits that all share
    std::shared_ptr<ChannelListener> listener;  ///< null on the server side until the Hello
    OnHello on_hello;
    OnEarlyEnd on_early_end;
  };

  TcpChannel(std::shared_ptr<IoThread::Parts> io, Setup setup);
  ~TcpChannel() override;

  bool send(Message message) override;
  void close(const std::string& reason) override;
  void abandon(const std::string& reason) override;
  bool is_open() const override { return open_.load(); }
  std::string peer() const override { return setup_.peer; }
  Duration silent_for() const override { return pulse_.silent_for(); }
  Duration still_for() const override { return pulse_.still_for(); }

  /// On the I/O thread, once, before anything else: registers with it and starts the clock of
  /// connecting and handshake.
  void begin(Duration handshake_timeout);
  /// On the I/O thread: the stream is connected; reading and writing start.
  void attach();
  /// The same without TLS, only to say why it ends at once.
  void attach_to_refuse(const FrameFault& fault);
  /// On the I/O thread: makes the connection, then the same as attach().
  asio::awaitable<void> connect_to(Endpoint endpoint);
  /// On the I/O thread: ends the connection; `drain` still writes what is queued.
  void finish(const std::string& reason, bool drain);

  /// On the I/O thread: tells the peer why, and ends the connection.
  void turn_away(const FrameFault& fault);
  /// Ends it at once, having said why if that takes no waiting, and frees what the message that is
  /// arriving holds.
  void evict(const FrameFault& fault);
  /// On the I/O thread.
  ConnectionState state(TimePoint now);
  std::uint64_t queued_bytes() const { return queue_.held_bytes(); }
  bool holds_socket() { return stream_->socket().is_open(); }

  asio::any_io_executor executor() { return timer_.get_executor(); }

  void shut_down(const std::string& reason) override;

 private:
  void start();
  void give_up_handshake(Duration waited);
  void watch_client();
  void look_after_client();
  bool take_heartbeat(const Message& message);
  asio::awaitable<void> run();
  asio::awaitable<void> read_loop();
  void gather(std::uint64_t missing);
  asio::awaitable<void> discard_until_end();
  /// @returns false when reading must stop.
  bool deliver_messages();
  void deliver(FrameReader::Incoming incoming);
  bool keeps_terms(const FrameReader::Incoming& incoming);
  /// send() without the terms: also the refusal of what was never admitted, which returns no
  /// credit.
  bool enqueue(Message message);
  bool shake_hands(const Message& message);
  void end_opening(const FrameFault& fault);
  void stand();
  void hang_up();
  void on_read_error(const boost::system::error_code& error);

  void begin_to_write();
  void write_some();
  void write_when_possible();
  void note_sent();
  void tell_sent();
  void close_when_written();
  /// From any thread; `memory` must not hold another handler.
  template <class Step>
  void post(HandlerMemory& memory, Step step) {
    asio::post(io_->context, in_memory(memory, [self = shared_from_this(), step] { step(*self); }));
  }

  const std::shared_ptr<IoThread::Parts> io_;
  Setup setup_;
  WriteQueue queue_;
  ConnectionTerms terms_;
  FrameReader reader_;
  std::unique_ptr<ByteStream> stream_;
  asio::ip::tcp::resolver resolver_;  ///< a client's
  asio::steady_timer gather_timer_;   ///< looks at what a slow link brings
  asio::steady_timer timer_;  ///< handshake, then a server's heartbeat, then the end of draining
  Heartbeat heartbeat_;       ///< of a server
  bool gather_timer_runs_ = false;
  HandlerMemory gather_memory_;
  std::uint64_t key_ = 0;
  bool started_ = false;   ///< connected
  bool standing_ = false;  ///< the handshake is done
  bool finished_ = false;
  bool read_ended_ = false;
  bool pong_waits_ = false;  ///< of our own, to be written
  TimePoint begun_;
  std::uint64_t written_seen_ = 0;  ///< at the last look of state()
  TimePoint written_moved_;

  std::atomic<bool> open_{true};
  std::atomic<bool> closing_{false};
  std::atomic<std::uint64_t> written_bytes_{0};
  SocketPulse pulse_;

  // The claimant's (WriteQueue).
  std::vector<std::span<const std::byte>> segments_;
  std::vector<SentFrame> just_sent_;
  HandlerMemory write_memory_;

  std::mutex sent_mutex_;
  std::vector<SentFrame> sent_;     ///< guarded; told soon when not empty
  std::vector<SentFrame> telling_;  ///< the I/O thread's
  HandlerMemory tell_memory_;
};

/// What went wrong, for people: "nobody listens at 10.0.0.1:7400 (connection refused)".
std::string sentence_of(const boost::system::error_code& error, const std::string& peer);

}  // namespace branchline::transport
