#pragma once

#include "transport/byte_stream.h"

namespace branchline::transport {

/// The socket as it is: one scatter-gather call a write, reads straight into the given space.
class PlainStream final : public ByteStream {
 public:
  using ByteStream::ByteStream;

  asio::awaitable<FrameFault> open() override;
  std::string channel_binding() const override { return {}; }
  bool any_thread_may_write() const noexcept override { return true; }
  asio::awaitable<std::size_t> read_some(std::span<std::byte> space,
                                         boost::system::error_code& error) override;
  void wake_at(std::size_t bytes) override;
  std::size_t write_some(std::span<const std::span<const std::byte>> segments,
                         boost::system::error_code& error) override;

 private:
  std::size_t wake_at_ = 1;
};

}  // namespace branchline::transport
