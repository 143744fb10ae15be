#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "framework/base/clock.h"
#include "framework/base/tensor.h"
#include "framework/base/tier.h"
#include "framework/base/unit_ranges.h"
#include "transport/tensor_codec.h"

namespace branchline::transport {

/// What the frames of protocol 1 carry (docs/protocol.md). Values; the numbers of the enums are on
/// the wire. Times are durations: clocks of two machines are never compared.

/// Output `index` of unit `unit`.
struct WireValue {
  std::int32_t unit = 0;
  std::int32_t index = 0;

  friend bool operator==(const WireValue&, const WireValue&) = default;
};

/// A tensor that travels, after encoding: `payload` holds what `codec` made of it.
struct WireTensor {
  WireValue value;
  EncodedTensor encoded;
};

/// Of all of them, as encoded.
std::uint64_t payload_bytes(const std::vector<WireTensor>& tensors) noexcept;

struct WireStage {
  Tier tier = Tier::edge;
  UnitRanges units;

  friend bool operator==(const WireStage&, const WireStage&) = default;
};

/// What runs remotely: the stages that remain, and the values that must come back (logits, inner
/// values).
struct RemotePlan {
  std::string digest;             ///< network digest
  std::int32_t exit = 0;          ///< index from 0
  std::vector<WireStage> stages;  ///< first one is the receiver's own
  std::vector<WireValue> outputs;

  friend bool operator==(const RemotePlan&, const RemotePlan&) = default;
};

/// What both sides must have before either uses it: bits of Hello and Welcome.
namespace capability {
inline constexpr std::uint64_t kPayloadChecksum = 1u << 0;  ///< frames carry XXH3-64 of the payload
inline constexpr std::uint64_t kPackedPayloads = 1u << 1;   ///< lossless packing of raw, fp16, int8
}  // namespace capability

struct Hello {
  std::string software;               ///< "branchline 0.1.0"
  std::vector<std::string> digests;   ///< networks the client will ask for
  std::uint64_t capabilities = 0;     ///< Capability bits the client understands
  std::uint64_t max_frame_bytes = 0;  ///< largest frame the client accepts; 0: not told
};

struct Welcome {
  std::string software;
  std::vector<std::string> digests;  ///< networks the server has
  std::vector<std::string> names;    ///< their names, same order
  std::uint64_t max_frame_bytes = 0;
  std::uint32_t max_in_flight = 0;        ///< requests one connection may have unanswered
  Duration queue{0};                      ///< waiting time a request would meet now
  std::uint64_t capabilities = 0;         ///< those of the Hello that the server understands too
  std::uint64_t max_in_flight_bytes = 0;  ///< of their frames; 0: not limited
  std::string proof;  ///< that the server knows the token too; empty when none was asked for
};

/// Answers a Hello where the server asks for a token; the token itself never travels.
struct Challenge {
  std::string nonce;  ///< 32 random bytes
};

/// Answers a Challenge: that the client knows the token, bound to both nonces.
struct Proof {
  std::string nonce;  ///< 32 random bytes of the client's
  std::string mac;    ///< HMAC-SHA-256
};

/// The server's new bounds on what one connection may have unanswered; they replace the Welcome's.
struct Credit {
  std::uint32_t requests = 0;
  std::uint64_t bytes = 0;
};

struct Prepare {
  RemotePlan plan;
};

struct Ready {};

struct Request {
  RemotePlan plan;
  Duration budget{0};  ///< left when the frame was handed to the socket
  std::vector<WireTensor> tensors;
};

struct Answer {
  Duration queued{0};  ///< between arrival and the first slice
  Duration decode{0};
  Duration compute{0};
  Duration queue{0};  ///< waiting time a request would meet now
  std::vector<WireTensor> tensors;
};

enum class Refusal : std::uint8_t {
  none = 0,
  not_ready = 1,   ///< the slices are compiling; send again after Ready
  overloaded = 2,  ///< cannot finish within the budget
  expired = 3,     ///< the budget ran out while waiting or computing
  draining = 4,    ///< the server is going down
  unknown_model = 5,
  bad_request = 6,   ///< the plan or its tensors make no sense to this model
  incompatible = 7,  ///< protocol versions do not fit
  failed = 8,        ///< an operator failed
  too_large = 9,
  cancelled = 10,
  denied = 11,  ///< no certificate or token, or a wrong one
};

const char* name_of(Refusal refusal) noexcept;

/// Answers a Hello, Prepare, Request or ProfileQuery that is not served.
struct Refused {
  Refusal why = Refusal::failed;
  std::string sentence;  ///< for people: what was wrong and what to do
  Duration queue{0};
};

struct Cancel {};  ///< the request of the same id is no longer wanted

struct Ping {};
struct Pong {
  Duration queue{0};
};

struct Draining {};  ///< finish what is in flight, open new requests elsewhere

/// Remote profiling: run this slice `repeat` times on random inputs and tell the times.
struct ProfileQuery {
  RemotePlan plan;
  std::uint32_t warmup = 3;
  std::uint32_t repeat = 20;
};

struct ProfileReply {
  std::string machine;  ///< CPU model, for the profile file
  std::string libtorch;
  std::uint32_t threads = 1;
  Duration load{0};  ///< loading the model file took
  std::vector<Duration> runs;
};

using Body = std::variant<Hello, Welcome, Prepare, Ready, Request, Answer, Refused, Cancel, Ping,
                          Pong, Draining, ProfileQuery, ProfileReply, Challenge, Proof, Credit>;

/// One frame. Replies carry the id of what they answer.
struct Message {
  std::uint64_t id = 0;
  Body body;
};

}  // namespace branchline::transport
