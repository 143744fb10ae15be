#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "framework/base/clock.h"

namespace branchline::transport_benchmark {

/// What is carried: `requests` of `request_bytes` each, all sent before the one answer is awaited.
/// One request is a round trip; many are sustained one-way throughput.
struct Load {
  std::size_t request_bytes = 0;
  int requests = 1;
};

inline constexpr std::size_t kAnswerBytes = 64;
inline constexpr std::uint8_t kFill = 7;  ///< every byte of a request

/// When the answer was there. A competitor that receives on a thread of its own tells that first.
struct Received {
  TimePoint by_library;
  TimePoint by_caller;
};

/// The client's half: connected, its request's memory written once and sent from there each time.
class Client {
 public:
  virtual ~Client() = default;
  virtual Received exchange() = 0;  ///< @throws std::runtime_error when anything goes wrong
};

/// One way to carry bytes. The server's half runs in a process of its own.
struct Competitor {
  const char* name = "";
  /// Binds a loopback port, tells it, then answers kAnswerBytes after every `load.requests`; checks
  /// each request with require_fill(). Does not return.
  void (*serve)(const Load& load, const std::function<void(std::uint16_t port)>& ready) = nullptr;
  std::unique_ptr<Client> (*connect)(const Load& load, std::uint16_t port) = nullptr;
  bool tells_by_library = false;  ///< Received::by_library is a row of its own
};

using Competitors = std::span<const Competitor* const>;

extern const Competitor kRawSockets;
extern const Competitor kChannel;
extern const Competitor kCheckedChannel;  ///< payload checksum negotiated
extern const Competitor kZeroMq;          ///< defined where libzmq is installed
extern const Competitor kGrpc;            ///< defined where gRPC is installed

/// @throws std::runtime_error{what} unless `good`.
void require(bool good, const char* what);

/// Reads one byte of every page, so that nobody gains by leaving the request untouched, and checks
/// length and content.
void require_fill(std::span<const std::uint8_t> request, const Load& load);

}  // namespace branchline::transport_benchmark
