#pragma once

#include <memory>
#include <string>
#include <vector>

#include "transport/byte_stream.h"
#include "transport/tls_context.h"

namespace branchline::transport {

/// TLS 1.3 over the socket. All of it runs on the I/O thread: OpenSSL's connections know one thread
/// at a time. Small segments share a record; large ones are encrypted where they lie.
class TlsStream final : public ByteStream {
 public:
  /// `host` (client): what the server's certificate must be for.
  TlsStream(asio::io_context& context, std::shared_ptr<const TlsContext> tls, std::string host);

  asio::awaitable<FrameFault> open() override;
  std::string channel_binding() const override;
  bool any_thread_may_write() const noexcept override { return false; }
  asio::awaitable<std::size_t> read_some(std::span<std::byte> space,
                                         boost::system::error_code& error) override;
  std::size_t write_some(std::span<const std::span<const std::byte>> segments,
                         boost::system::error_code& error) override;

 private:
  asio::awaitable<boost::system::error_code> shake_hands(FrameFault& fault);
  FrameFault check_first_byte();
  std::size_t read_what_is_there(std::span<std::byte> space, boost::system::error_code& error);
  std::span<const std::byte> next_record(std::span<const std::span<const std::byte>> segments,
                                         std::size_t offset);
  boost::system::error_code error_of(int result) const;
  void count_messages();
  boost::system::error_code break_off();

  const std::shared_ptr<const TlsContext> tls_;
  const std::string host_;
  SslPtr ssl_;
  std::size_t turn_ = 0;             ///< read without letting others have the thread
  int messages_ = 0;                 ///< of TLS itself, since the handshake
  bool broken_ = false;              ///< by messages of TLS that nobody here sends
  std::vector<std::byte> gathered_;  ///< small segments that share a record
};

}  // namespace branchline::transport
