#include "transport/frame_writer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "transport/metadata.h"

namespace branchline::transport {
namespace {

constexpr std::array<std::byte, kAlignment> kZeros{};
constexpr std::size_t kKeptHeadBytes = 4096;

std::span<const std::byte> payload_of(const EncodedTensor& encoded) {
  return {static_cast<const std::byte*>(encoded.payload.get()), encoded.payload_bytes};
}

/// The zeros between the payloads that end at `offset` and the next.
std::span<const std::byte> zeros_after(std::uint64_t offset) {
  return std::span(kZeros).first(aligned_up(offset) - offset);
}

/// Appends `segment` less its first `skip` bytes; `skip` is what remains to be skipped after it.
void append_rest(std::span<const std::byte> segment, std::uint64_t& skip,
                 std::vector<std::span<const std::byte>>& out) {
  const auto skipped = std::min<std::uint64_t>(skip, segment.size());
  skip -= skipped;
  if (skipped < segment.size()) out.push_back(segment.subspan(skipped));
}

std::uint64_t section_bytes(const std::vector<WireTensor>& tensors) {
  std::uint64_t bytes = 0;
  for (const WireTensor& tensor : tensors) {
    bytes = aligned_up(bytes) + tensor.encoded.payload_bytes;
  }
  return bytes;
}

}  // namespace

FrameFault OutgoingFrame::make(Message message, OutgoingFrame& frame) {
  frame.message_ = std::move(message);
  frame.head_.assign(kHeaderBytes, std::byte{0});
  if (FrameFault fault = encode_metadata(frame.message_.body, frame.head_)) return fault;
  const auto metadata = std::span<const std::byte>(frame.head_).subspan(kHeaderBytes);
  FrameHeader& header = frame.header_;
  header = {};
  header.type = type_of(frame.message_.body);
  header.id = frame.message_.id;
  header.metadata_bytes = static_cast<std::uint32_t>(metadata.size());
  header.metadata_checksum = checksum(metadata);
  if (const auto* tensors = tensors_of(std::as_const(frame.message_.body))) {
    header.tensor_count = static_cast<std::uint32_t>(tensors->size());
    header.payload_bytes = section_bytes(*tensors);
  }
  if (header.payload_bytes > 0) frame.head_.resize(aligned_up(frame.head_.size()));
  frame.bytes_ = frame.head_.size() + header.payload_bytes;
  frame.begin(Duration{0}, nullptr);
  return {};
}

void OutgoingFrame::begin(Duration waited, PayloadChecksum* checksum) {
  if (const auto* request = std::get_if<Request>(&message_.body)) {
    header_.budget_ns = std::clamp(request->budget - waited, Duration{0}, kMaxWireDuration).count();
  }
  if (checksum != nullptr && header_.payload_bytes > 0) {
    checksum->reset();
    std::uint64_t offset = 0;
    for (const WireTensor& tensor : *tensors_of(std::as_const(message_.body))) {
      checksum->add(zeros_after(offset));
      checksum->add(payload_of(tensor.encoded));
      offset = aligned_up(offset) + tensor.encoded.payload_bytes;
    }
    header_.flags |= kPayloadChecksumFlag;
    header_.payload_checksum = checksum->value();
  }
  const HeaderBytes bytes = encode_header(header_);
  std::copy(bytes.begin(), bytes.end(), head_.begin());
}

void OutgoingFrame::clear() {
  message_ = {};
  if (head_.capacity() > kKeptHeadBytes) head_ = {};
}

void OutgoingFrame::append_segments(std::uint64_t written,
                                    std::vector<std::span<const std::byte>>& out) const {
  append_rest(head_, written, out);
  const auto* tensors = tensors_of(message_.body);
  if (tensors == nullptr) return;
  std::uint64_t offset = 0;
  for (const WireTensor& tensor : *tensors) {
    append_rest(zeros_after(offset), written, out);
    append_rest(payload_of(tensor.encoded), written, out);
    offset = aligned_up(offset) + tensor.encoded.payload_bytes;
  }
}

}  // namespace branchline::transport
