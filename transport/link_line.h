#pragma once

#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "transport/asio.h"
#include "transport/link_serializer.h"

namespace branchline::transport {

/// One direction of an emulated link, shared by all its connections: the serializer with a timer.
/// On the I/O thread only.
class LinkLine : public std::enable_shared_from_this<LinkLine> {
 public:
  /// Gets what arrives; an empty chunk is the end of the stream.
  class Receiver {
   public:
    virtual ~Receiver() = default;
    virtual void arrive(std::vector<std::byte> chunk) = 0;
  };

  LinkLine(asio::io_context& context, RateSchedule schedule, Duration delay, Duration jitter,
           std::uint64_t seed);

  void offer(std::shared_ptr<Receiver> receiver, std::vector<std::byte> chunk);

  void change_rate(RateSchedule schedule);
  void change_delay(Duration delay, Duration jitter);
  void freeze();
  void thaw();
  void stop();

  /// What one read may take: a packet, or a quarter of a millisecond's worth on fast links, where
  /// packets would cost more processor time than they are worth.
  std::size_t chunk_bytes() const;

  /// What one connection may have between its two sockets: the queue plus what is on its way.
  std::size_t window_bytes(std::size_t queue_bytes) const;

  double rate_now() const { return serializer_.rate_at(Clock::now()); }
  Duration delay() const { return serializer_.delay(); }
  Duration jitter() const { return serializer_.jitter(); }
  std::uint64_t bytes_passed() const { return passed_; }

 private:
  struct Chunk {
    std::shared_ptr<Receiver> receiver;
    std::vector<std::byte> bytes;
  };

  void deliver_and_wait();

  LinkSerializer serializer_;
  std::deque<Chunk> chunks_;
  asio::steady_timer timer_;
  bool stopped_ = false;
  std::uint64_t passed_ = 0;
};

/// One direction of one connection: reads, hands to the line, writes what arrives, and holds no
/// more than its window, so that the sender feels the link.
class LinkFlow final : public LinkLine::Receiver, public std::enable_shared_from_this<LinkFlow> {
 public:
  using SocketPtr = std::shared_ptr<asio::ip::tcp::socket>;

  LinkFlow(std::shared_ptr<LinkLine> line, SocketPtr from, SocketPtr to, std::size_t queue_bytes);

  void start();
  void wake() { room_.cancel(); }  ///< its sockets were closed
  void arrive(std::vector<std::byte> chunk) override;

 private:
  void reset_both();
  asio::awaitable<void> read_loop();
  asio::awaitable<void> write_loop();

  const std::shared_ptr<LinkLine> line_;
  const SocketPtr from_;
  const SocketPtr to_;
  const std::size_t queue_bytes_;
  std::size_t held_ = 0;  ///< read and not yet written
  asio::steady_timer room_;
  std::deque<std::vector<std::byte>> arrived_;
  bool writing_ = false;
};

}  // namespace branchline::transport
