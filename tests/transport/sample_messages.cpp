#include "tests/transport/sample_messages.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "transport/frame_writer.h"
#include "transport/metadata.h"

namespace branchline::transport::testing {

WireTensor counting_tensor(std::size_t bytes, std::uint8_t first, WireValue value) {
  auto data = std::make_shared<std::vector<std::uint8_t>>(bytes);
  for (std::size_t i = 0; i < bytes; ++i) (*data)[i] = static_cast<std::uint8_t>(first + i);
  const Tensor tensor{{data, data->data()}, DType::u8, {static_cast<std::int64_t>(bytes)}};
  return {value, encode(tensor, Codec::raw)};
}

Message sample_request(std::uint64_t id, const std::vector<std::size_t>& tensor_bytes) {
  Request request;
  request.plan.digest = "0123456789abcdef0123456789abcdef";
  request.plan.exit = 3;
  request.plan.stages = {{Tier::edge, {{8, 11}, {13, 13}}}, {Tier::cloud, {{15, 20}}}};
  request.plan.outputs = {{20, 0}, {11, 1}};
  request.budget = std::chrono::milliseconds(80);
  std::int32_t unit = 7;
  for (const std::size_t bytes : tensor_bytes) {
    request.tensors.push_back(
        counting_tensor(bytes, static_cast<std::uint8_t>(unit), {unit, unit % 2}));
    ++unit;
  }
  return {id, std::move(request)};
}

std::vector<Message> one_of_each() {
  const auto plan = std::get<Request>(sample_request(1, {}).body).plan;
  using std::chrono::microseconds;
  std::vector<Message> messages;
  messages.push_back({1, Hello{"branchline 0.1.0", {"aa", "bb"}, 5, 1u << 20}});
  messages.push_back({2, Welcome{"branchlined 0.1.0",
                                 {"aa"},
                                 {"b_camera"},
                                 1u << 26,
                                 8,
                                 microseconds(17),
                                 5,
                                 1u << 27,
                                 "proof"}});
  messages.push_back({3, Prepare{plan}});
  messages.push_back({4, Ready{}});
  messages.push_back(sample_request(5, {10, 0, 130}));
  messages.push_back({6, Answer{microseconds(1),
                                microseconds(2),
                                microseconds(3),
                                microseconds(4),
                                {counting_tensor(40, 1)}}});
  messages.push_back({7, Refused{Refusal::overloaded, "the queue is full", microseconds(9)}});
  messages.push_back({8, Cancel{}});
  messages.push_back({9, Ping{}});
  messages.push_back({10, Pong{microseconds(11)}});
  messages.push_back({11, Draining{}});
  messages.push_back({12, ProfileQuery{plan, 5, 30}});
  messages.push_back(
      {13,
       ProfileReply{"a CPU", "1.13.1", 1, microseconds(7), {microseconds(1), microseconds(2)}}});
  messages.push_back({0, Challenge{"nonce"}});
  messages.push_back({0, Proof{"nonce of the client", "mac"}});
  messages.push_back({0, Credit{3, 1u << 20}});
  return messages;
}

std::vector<std::byte> frame_bytes_of(const Message& message, bool with_checksum) {
  OutgoingFrame frame;
  if (const FrameFault fault = OutgoingFrame::make(message, frame)) {
    throw std::runtime_error(fault.sentence);
  }
  PayloadChecksum checksum;
  if (with_checksum) frame.begin(Duration{0}, &checksum);
  std::vector<std::span<const std::byte>> segments;
  frame.append_segments(0, segments);
  std::vector<std::byte> bytes;
  for (const auto segment : segments) bytes.insert(bytes.end(), segment.begin(), segment.end());
  return bytes;
}

bool same_message(const Message& a, const Message& b) {
  if (a.id != b.id || a.body.index() != b.body.index()) return false;
  std::vector<std::byte> metadata_a;
  std::vector<std::byte> metadata_b;
  if (encode_metadata(a.body, metadata_a) || encode_metadata(b.body, metadata_b)) return false;
  if (metadata_a != metadata_b) return false;
  const auto* request_a = std::get_if<Request>(&a.body);
  if (request_a && request_a->budget != std::get<Request>(b.body).budget) return false;
  const auto* tensors_a = tensors_of(a.body);
  if (tensors_a == nullptr) return true;
  return std::equal(tensors_a->begin(), tensors_a->end(), tensors_of(b.body)->begin(),
                    [](const WireTensor& x, const WireTensor& y) {
                      return x.encoded.payload_bytes == 0 ||
                             std::memcmp(x.encoded.payload.get(), y.encoded.payload.get(),
                                         x.encoded.payload_bytes) == 0;
                    });
}

}  // namespace branchline::transport::testing
