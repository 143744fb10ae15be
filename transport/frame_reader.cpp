#include "transport/frame_reader.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "transport/metadata.h"

namespace branchline::transport {
namespace {

/// Holds a request with a small tensor, so that it takes one system call; larger payloads go round
/// it.
constexpr std::size_t kStagingBytes = 16 * 1024;

FrameFault above_limit(const char* what, std::uint64_t claimed, std::uint64_t limit) {
  return make_fault(TransportErrc::too_large,
                    "the peer sent a frame with " + std::to_string(claimed) + " " + what +
                        ", more than the limit of " + std::to_string(limit));
}

/// Bytes the decoded tensor takes; nullopt above `cap` (also where the product overflows).
std::optional<std::uint64_t> decoded_bytes(const EncodedTensor& encoded, std::uint64_t cap) {
  std::uint64_t bytes = size_of(encoded.type);
  for (const std::int64_t dimension : encoded.shape) {
    if (dimension == 0) return 0;
  }
  for (const std::int64_t dimension : encoded.shape) {
    const auto size = static_cast<std::uint64_t>(dimension);
    if (size > cap / bytes) return std::nullopt;
    bytes *= size;
  }
  return bytes <= cap ? std::optional(bytes) : std::nullopt;
}

}  // namespace

FrameReader::FrameReader(const FrameLimits& limits, std::shared_ptr<BufferPool> pool)
    : limits_(limits), pool_(std::move(pool)), staging_(kStagingBytes) {}

std::span<std::byte> FrameReader::space() {
  if (part_ == Part::payload && staged() == 0) {
    if (!payload_) return std::span(staging_).first(std::min(staging_.size(), payload_missing()));
    return {payload_.get() + payload_received_, header_.payload_bytes - payload_received_};
  }
  if (staged() == 0) begin_ = end_ = 0;
  const std::size_t needed =
      part_ == Part::metadata ? aligned_up(kHeaderBytes + header_.metadata_bytes) : kHeaderBytes;
  if (begin_ + needed > staging_.size() || end_ == staging_.size()) {
    std::memmove(staging_.data(), staging_.data() + begin_, staged());
    end_ -= begin_;
    begin_ = 0;
    if (needed > staging_.size()) staging_.resize(needed);
  }
  return std::span(staging_).subspan(end_);
}

std::uint64_t FrameReader::payload_missing() const noexcept {
  return part_ == Part::payload ? header_.payload_bytes - payload_received_ : 0;
}

std::uint64_t FrameReader::frame_received() const noexcept {
  const bool past_metadata = part_ == Part::payload;
  return staged() + (past_metadata ? kHeaderBytes + header_.metadata_bytes + payload_received_ : 0);
}

void FrameReader::received(std::size_t bytes, TimePoint now) {
  last_received_ = now;
  if (part_ == Part::payload && staged() == 0) {
    payload_arrived(bytes);
  } else {
    end_ += bytes;
  }
}

std::optional<FrameReader::Incoming> FrameReader::next() {
  while (!fault_) {
    if (!in_frame_ && staged() > 0) {
      in_frame_ = true;
      first_byte_ = last_received_;
    }
    if (part_ == Part::header && !read_header()) return std::nullopt;
    if (part_ == Part::metadata && !read_metadata()) return std::nullopt;
    if (!read_payload() || !payload_intact()) return std::nullopt;
    if (auto incoming = finish_frame()) return incoming;
  }
  return std::nullopt;
}

bool FrameReader::read_header() {
  if (staged() < kHeaderBytes) return false;
  const std::span<const std::byte, kHeaderBytes> bytes(staging_.data() + begin_, kHeaderBytes);
  if (FrameFault fault = decode_header(bytes, header_)) return fail(std::move(fault));
  if (FrameFault fault = check_header()) return fail(std::move(fault));
  part_ = Part::metadata;
  return true;
}

FrameFault FrameReader::check_header() const {
  if (header_.metadata_bytes > limits_.max_metadata_bytes) {
    return above_limit("bytes of metadata", header_.metadata_bytes, limits_.max_metadata_bytes);
  }
  if (header_.tensor_count > limits_.max_tensors) {
    return above_limit("tensors", header_.tensor_count, limits_.max_tensors);
  }
  const std::uint64_t before = aligned_up(kHeaderBytes + header_.metadata_bytes);
  if (header_.payload_bytes > limits_.max_frame_bytes ||
      before > limits_.max_frame_bytes - header_.payload_bytes) {
    return above_limit("bytes of payload", header_.payload_bytes, limits_.max_frame_bytes);
  }
  if (header_.budget_ns < 0 || Duration{header_.budget_ns} > kMaxWireDuration) {
    return make_fault(TransportErrc::malformed,
                      "the peer sent a budget that is negative or longer than a day");
  }
  const bool known = header_.type >= 1 && header_.type <= kMessageTypes;
  if (!known && header_.minor <= kMinorVersion) {
    return make_fault(TransportErrc::malformed,
                      "the peer sent a message of unknown type " + std::to_string(header_.type));
  }
  return {};
}

bool FrameReader::read_metadata() {
  const std::size_t plain = kHeaderBytes + header_.metadata_bytes;
  const std::size_t needed = header_.payload_bytes > 0 ? aligned_up(plain) : plain;
  if (staged() < needed) return false;
  const auto metadata =
      std::span<const std::byte>(staging_).subspan(begin_ + kHeaderBytes, header_.metadata_bytes);
  if (checksum(metadata) != header_.metadata_checksum) {
    return fail(make_fault(TransportErrc::corrupt, "a frame's metadata arrived corrupted"));
  }
  skip_ = header_.type < 1 || header_.type > kMessageTypes;
  message_.id = header_.id;
  if (!skip_) {
    const bool exact = header_.minor <= kMinorVersion;
    FrameFault fault = decode_metadata(header_.type, metadata, exact, message_.body);
    if (!fault) fault = check_tensors();
    if (fault) return fail(std::move(fault));
  }
  begin_ += needed;
  payload_received_ = 0;
  checksum_.reset();
  take_payload_memory();
  part_ = Part::payload;
  return true;
}

/// Without it, or for a message that nobody here understands, the payload is thrown away.
void FrameReader::take_payload_memory() {
  const std::uint64_t bytes = header_.payload_bytes;
  if (bytes == 0 || skip_ || (take_memory_ && !take_memory_(bytes))) return;
  payload_ = pool_->take(bytes, budget_);
}

/// The header's lengths must be the ones that the tensors add up to, and what decoding them takes
/// must stay within what raw, fp16 or int8 payloads of a full frame could ask for.
FrameFault FrameReader::check_tensors() {
  const auto* tensors = tensors_of(std::as_const(message_.body));
  const std::size_t count = tensors == nullptr ? 0 : tensors->size();
  std::uint64_t section = 0;
  std::uint64_t decoded = 0;
  bool adds_up = count == header_.tensor_count;
  for (std::size_t i = 0; i < count; ++i) {
    const EncodedTensor& encoded = (*tensors)[i].encoded;
    const auto bytes = decoded_bytes(encoded, limits_.max_frame_bytes * 4);
    decoded += bytes.value_or(0);
    if (!bytes || decoded > limits_.max_frame_bytes * 4) {
      return make_fault(TransportErrc::too_large,
                        "the peer sent tensors that decode to more than " +
                            std::to_string(limits_.max_frame_bytes * 4) + " bytes");
    }
    adds_up = adds_up && encoded.payload_bytes <= header_.payload_bytes;
    section = adds_up ? aligned_up(section) + encoded.payload_bytes : 0;
  }
  if (!adds_up || section != header_.payload_bytes) {
    return make_fault(TransportErrc::malformed,
                      "the peer sent a frame whose tensors do not add up to its length");
  }
  return {};
}

bool FrameReader::read_payload() {
  const std::uint64_t missing = header_.payload_bytes - payload_received_;
  const auto here = static_cast<std::size_t>(std::min<std::uint64_t>(missing, staged()));
  if (here > 0) {
    if (payload_) std::memcpy(payload_.get() + payload_received_, staging_.data() + begin_, here);
    begin_ += here;
    payload_arrived(here);
  }
  return payload_received_ == header_.payload_bytes;
}

void FrameReader::payload_arrived(std::size_t bytes) {
  if (payload_ && (header_.flags & kPayloadChecksumFlag) != 0) {
    checksum_.add({payload_.get() + payload_received_, bytes});
  }
  payload_received_ += bytes;
}

bool FrameReader::payload_intact() {
  if ((header_.flags & kPayloadChecksumFlag) == 0) return true;
  if (!payload_ || checksum_.value() == header_.payload_checksum) return true;
  return fail(
      make_fault(TransportErrc::corrupt, "the payload of message " + std::to_string(header_.id) +
                                             " arrived corrupted: its checksum does not match"));
}

void FrameReader::place_payloads() {
  auto* tensors = tensors_of(message_.body);
  if (tensors == nullptr) return;
  std::uint64_t offset = 0;
  for (WireTensor& tensor : *tensors) {
    offset = aligned_up(offset);
    tensor.encoded.payload = std::shared_ptr<const void>(payload_, payload_.get() + offset);
    offset += tensor.encoded.payload_bytes;
  }
}

std::optional<FrameReader::Incoming> FrameReader::finish_frame() {
  part_ = Part::header;
  in_frame_ = false;
  const bool skipped = std::exchange(skip_, false);
  const bool no_memory = header_.payload_bytes > 0 && !payload_;
  if (payload_) place_payloads();
  payload_.reset();
  if (skipped) return std::nullopt;
  if (auto* request = std::get_if<Request>(&message_.body)) {
    request->budget = Duration{header_.budget_ns};
  }
  const std::uint64_t plain = kHeaderBytes + header_.metadata_bytes;
  const std::uint64_t frame_bytes =
      header_.payload_bytes > 0 ? aligned_up(plain) + header_.payload_bytes : plain;
  const bool checked = header_.payload_bytes > 0 && (header_.flags & kPayloadChecksumFlag) != 0;
  const Arrival arrival{first_byte_, last_received_, frame_bytes, checked && !no_memory};
  return Incoming{std::exchange(message_, {}), arrival, no_memory};
}

void FrameReader::abandon() {
  part_ = Part::header;
  in_frame_ = false;
  begin_ = end_ = 0;
  payload_.reset();
}

bool FrameReader::fail(FrameFault fault) {
  fault_ = std::move(fault);
  return false;
}

}  // namespace branchline::transport
