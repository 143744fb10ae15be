#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "transport/asio.h"
#include "transport/transport_error.h"

namespace branchline::transport {

/// The bytes of one TCP connection as a channel reads and writes them; what they go through on the
/// way to the socket (nothing, TLS) is the implementation's. One read and one write may be under
/// way together, never two of either. Errors are error codes; nothing throws.
class ByteStream {
 public:
  /// Segments that one write_some() takes at most.
  static constexpr std::size_t kMaxSegments = 64;

  explicit ByteStream(asio::io_context& context) : socket_(context) {}
  explicit ByteStream(asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}
  virtual ~ByteStream() = default;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  /// The connection under it: to connect, to set options, to shut down and to close, all on the I/O
  /// thread.
  asio::ip::tcp::socket& socket() noexcept { return socket_; }

  /// On the I/O thread, once, when the socket is connected and before anything is read or written.
  /// @returns why the other side cannot be talked to or trusted.
  virtual asio::awaitable<FrameFault> open() = 0;

  /// Bytes that both ends of this connection know and nobody between them (RFC 9266); empty where
  /// anybody may listen.
  virtual std::string channel_binding() const = 0;

  /// Whether write_some() may be called on any thread, else on the I/O thread only.
  virtual bool any_thread_may_write() const noexcept = 0;

  /// On the I/O thread: waits until there are bytes and puts them at the start of `space`.
  /// @returns how many; 0 with `error` set. `space` and `error` must live until it resumes.
  virtual asio::awaitable<std::size_t> read_some(std::span<std::byte> space,
                                                 boost::system::error_code& error) = 0;

  /// On the I/O thread: from now on no read touches its space, also not one that is under way,
  /// whose wait may be over already. It ends with operation_aborted unless it has its bytes.
  void stop_reading() {
    reading_stopped_ = true;
    boost::system::error_code ignored;
    socket_.cancel(ignored);
  }

  /// On the I/O thread: lets so many bytes gather before read_some() wakes up for them; with what
  /// is there already it returns at once. Takes effect on a read that is under way too.
  virtual void wake_at(std::size_t bytes) { (void)bytes; }

  /// Writes what it can of the segments, in order, without waiting.
  /// @returns how many bytes; 0 with would_block when the socket must become writable first.
  virtual std::size_t write_some(std::span<const std::span<const std::byte>> segments,
                                 boost::system::error_code& error) = 0;

 protected:
  /// To be asked after every wait, before space is touched.
  bool reading_stopped() const noexcept { return reading_stopped_; }

  asio::ip::tcp::socket socket_;

 private:
  bool reading_stopped_ = false;
};

}  // namespace branchline::transport
