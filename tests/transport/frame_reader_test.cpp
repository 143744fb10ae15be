#include "transport/frame_reader.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "tests/transport/sample_messages.h"
#include "transport/metadata.h"

namespace branchline::transport::testing {
namespace {

using namespace std::chrono_literals;

struct Reading {
  std::vector<Message> messages;
  std::vector<Arrival> arrivals;
  FrameFault fault;
  bool inside_frame = false;
  BufferPool::Stats pool;
};

/// Feeds the bytes in pieces of `step`, a millisecond apart.
Reading read_bytes(std::span<const std::byte> bytes, std::size_t step,
                   const FrameLimits& limits = {}) {
  auto pool = std::make_shared<BufferPool>();
  FrameReader reader(limits, pool);
  Reading reading;
  TimePoint now = TimePoint{} + 1s;
  while (!bytes.empty() && !reader.fault()) {
    const auto space = reader.space();
    const std::size_t taken = std::min({step, space.size(), bytes.size()});
    EXPECT_GT(taken, 0u);
    std::memcpy(space.data(), bytes.data(), taken);
    bytes = bytes.subspan(taken);
    reader.received(taken, now);
    now += 1ms;
    while (auto incoming = reader.next()) {
      reading.messages.push_back(std::move(incoming->message));
      reading.arrivals.push_back(incoming->arrival);
    }
  }
  reading.fault = reader.fault();
  reading.inside_frame = reader.inside_frame();
  reading.pool = pool->stats();
  return reading;
}

std::vector<std::byte> stream_of(const std::vector<Message>& messages) {
  std::vector<std::byte> bytes;
  for (const Message& message : messages) {
    const auto frame = frame_bytes_of(message);
    bytes.insert(bytes.end(), frame.begin(), frame.end());
  }
  return bytes;
}

/// A header that says what the caller wants, with right checksums, then the metadata.
std::vector<std::byte> frame_with(FrameHeader header, const std::vector<std::byte>& metadata) {
  header.metadata_checksum = checksum(metadata);
  const HeaderBytes head = encode_header(header);
  std::vector<std::byte> bytes(kHeaderBytes + metadata.size());
  std::copy(head.begin(), head.end(), bytes.begin());
  std::copy(metadata.begin(), metadata.end(), bytes.begin() + kHeaderBytes);
  return bytes;
}

TEST(FrameReader, ReadsAStreamInPiecesOfAnySize) {
  std::vector<Message> messages = one_of_each();
  messages.push_back(sample_request(20, {50'000, 3, 17'000}));
  messages.push_back({21, Ping{}});
  const auto bytes = stream_of(messages);
  for (const std::size_t step : {1, 7, 63, 64, 65, 1000, 16'384, 1'000'000}) {
    const Reading reading = read_bytes(bytes, step);
    ASSERT_EQ(reading.messages.size(), messages.size()) << reading.fault.sentence;
    for (std::size_t i = 0; i < messages.size(); ++i) {
      EXPECT_TRUE(same_message(reading.messages[i], messages[i])) << "message " << i;
    }
  }
}

TEST(FrameReader, SaysWhenAFrameBeganAndWasComplete) {
  const auto bytes = stream_of({{1, Ping{}}, sample_request(2, {100})});
  const Reading reading = read_bytes(bytes, 64);
  ASSERT_EQ(reading.arrivals.size(), 2u);
  EXPECT_EQ(reading.arrivals[0].first_byte, reading.arrivals[0].complete);
  EXPECT_EQ(reading.arrivals[1].first_byte, TimePoint{} + 1s + 1ms);
  EXPECT_GT(reading.arrivals[1].complete, reading.arrivals[1].first_byte);
  EXPECT_EQ(reading.arrivals[0].frame_bytes + reading.arrivals[1].frame_bytes, bytes.size());
}

TEST(FrameReader, ATruncatedStreamGivesNoMessageAndNoFault) {
  for (const Message& message : one_of_each()) {
    const auto bytes = frame_bytes_of(message);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      const Reading reading = read_bytes(std::span(bytes).first(length), bytes.size());
      EXPECT_TRUE(reading.messages.empty());
      EXPECT_FALSE(reading.fault) << reading.fault.sentence;
      EXPECT_EQ(reading.inside_frame, length > 0);
    }
  }
}

TEST(FrameReader, EachFlippedBitOfHeaderAndMetadataIsSeen) {
  const auto good = frame_bytes_of(sample_request(5, {10}));
  const std::size_t metadata_end = good.size() - 64 - 10 % 64;
  FrameHeader header;
  ASSERT_FALSE(decode_header(std::span(good).first<kHeaderBytes>(), header));
  ASSERT_LE(kHeaderBytes + header.metadata_bytes, metadata_end + 64);
  for (std::size_t bit = 0; bit < (kHeaderBytes + header.metadata_bytes) * 8; ++bit) {
    auto bytes = good;
    bytes[bit / 8] ^= std::byte{1} << (bit % 8);
    const Reading reading = read_bytes(bytes, bytes.size());
    EXPECT_TRUE(reading.fault) << "bit " << bit;
    EXPECT_TRUE(reading.messages.empty()) << "bit " << bit;
  }
}

TEST(FrameReader, EachFlippedBitOfAPayloadWithAChecksumIsSeenInPiecesOfAnySize) {
  const Message message = sample_request(5, {10, 0, 130});
  const auto good = frame_bytes_of(message, true);
  const std::size_t payload_begin = good.size() - (64 + 130);
  for (const std::size_t step : {std::size_t{1}, std::size_t{77}, good.size()}) {
    ASSERT_EQ(read_bytes(good, step).messages.size(), 1u);
    for (std::size_t bit = payload_begin * 8; bit < good.size() * 8; bit += 5) {
      auto bytes = good;
      bytes[bit / 8] ^= std::byte{1} << (bit % 8);
      const Reading reading = read_bytes(bytes, step);
      EXPECT_EQ(reading.fault.code, TransportErrc::corrupt) << "bit " << bit;
      EXPECT_TRUE(reading.messages.empty());
    }
  }
}

TEST(FrameReader, ABigPayloadWithAChecksumIsReadRoundTheStaging) {
  auto bytes = frame_bytes_of(sample_request(5, {300'000, 7}), true);
  EXPECT_EQ(read_bytes(bytes, 40'000).messages.size(), 1u);
  bytes[200'000] ^= std::byte{4};
  EXPECT_EQ(read_bytes(bytes, 40'000).fault.code, TransportErrc::corrupt);
}

TEST(FrameReader, LengthsAboveTheCapsAllocateNothing) {
  FrameHeader header;
  header.type = type_of(Request{});
  const auto expect_too_large = [](const FrameHeader& wanted) {
    const Reading reading = read_bytes(frame_with(wanted, {}), 64);
    EXPECT_EQ(reading.fault.code, TransportErrc::too_large) << reading.fault.sentence;
    EXPECT_EQ(reading.pool.taken, 0u);
  };
  FrameHeader huge = header;
  huge.payload_bytes = FrameLimits{}.max_frame_bytes + 1;
  expect_too_large(huge);
  huge.payload_bytes = ~0ull;
  expect_too_large(huge);
  huge = header;
  huge.metadata_bytes = FrameLimits{}.max_metadata_bytes + 1;
  expect_too_large(huge);
  huge.metadata_bytes = ~0u;
  expect_too_large(huge);
  huge = header;
  huge.tensor_count = FrameLimits{}.max_tensors + 1;
  expect_too_large(huge);
}

TEST(FrameReader, ATensorThatDecodesToMoreThanAFrameCouldHoldIsRefused) {
  Message bomb = sample_request(1, {100});
  EncodedTensor& tensor = std::get<Request>(bomb.body).tensors[0].encoded;
  tensor.codec = Codec::png;
  for (const Shape& shape :
       {Shape{1, 60'000, 60'000, 3}, Shape(16, 0xFFFFFFFF), Shape{0xFFFFFFFF, 0xFFFFFFFF, 2}}) {
    tensor.shape = shape;
    const Reading reading = read_bytes(frame_bytes_of(bomb), 1000);
    EXPECT_EQ(reading.fault.code, TransportErrc::too_large);
    EXPECT_EQ(reading.pool.taken, 0u);
  }
}

TEST(FrameReader, TensorsMustAddUpToTheHeadersLength) {
  const auto good = frame_bytes_of(sample_request(5, {10, 20}));
  FrameHeader header;
  ASSERT_FALSE(decode_header(std::span(good).first<kHeaderBytes>(), header));
  const std::vector<std::byte> metadata(
      good.begin() + kHeaderBytes,
      good.begin() + static_cast<std::ptrdiff_t>(kHeaderBytes + header.metadata_bytes));
  for (const std::uint64_t payload : {0u, 83u, 85u, 84u + 64u}) {
    FrameHeader wrong = header;
    wrong.payload_bytes = payload;
    auto bytes = frame_with(wrong, metadata);
    bytes.resize(bytes.size() + 64);
    EXPECT_EQ(read_bytes(bytes, bytes.size()).fault.code, TransportErrc::malformed) << payload;
  }
  FrameHeader wrong = header;
  wrong.tensor_count = 1;
  auto bytes = frame_with(wrong, metadata);
  bytes.resize(bytes.size() + 64);
  EXPECT_EQ(read_bytes(bytes, bytes.size()).fault.code, TransportErrc::malformed);
}

TEST(FrameReader, AnUnknownTypeIsSkippedOnlyFromANewerMinor) {
  FrameHeader header;
  header.type = 200;
  header.payload_bytes = 100;
  EXPECT_EQ(read_bytes(frame_with(header, {}), 64).fault.code, TransportErrc::malformed);
  header.minor = kMinorVersion + 1;
  auto bytes = frame_with(header, {});
  bytes.resize(bytes.size() + 100);
  const auto ping = frame_bytes_of({9, Ping{}});
  bytes.insert(bytes.end(), ping.begin(), ping.end());
  const Reading reading = read_bytes(bytes, 33);
  ASSERT_EQ(reading.messages.size(), 1u) << reading.fault.sentence;
  EXPECT_EQ(reading.messages[0].id, 9u);
}

TEST(FrameReader, FieldsAppendedByANewerMinorAreIgnored) {
  std::vector<std::byte> metadata;
  ASSERT_FALSE(encode_metadata(Pong{std::chrono::microseconds(3)}, metadata));
  metadata.resize(metadata.size() + 5, std::byte{0x77});
  FrameHeader header;
  header.type = type_of(Pong{});
  header.metadata_bytes = static_cast<std::uint32_t>(metadata.size());
  EXPECT_EQ(read_bytes(frame_with(header, metadata), 64).fault.code, TransportErrc::malformed);
  header.minor = kMinorVersion + 1;
  const Reading reading = read_bytes(frame_with(header, metadata), 64);
  ASSERT_EQ(reading.messages.size(), 1u) << reading.fault.sentence;
  EXPECT_EQ(std::get<Pong>(reading.messages[0].body).queue, 3us);
}

TEST(FrameReader, ABudgetOutOfRangeIsMalformed) {
  FrameHeader header;
  header.type = type_of(Ping{});
  for (const std::int64_t budget : {std::int64_t{-1}, std::numeric_limits<std::int64_t>::max()}) {
    header.budget_ns = budget;
    EXPECT_EQ(read_bytes(frame_with(header, {}), 64).fault.code, TransportErrc::malformed);
  }
}

TEST(FrameReader, SurvivesRandomMetadata) {
  std::mt19937_64 random(42);
  std::size_t accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::vector<std::byte> metadata(random() % 300);
    for (std::byte& byte : metadata)
      byte = static_cast<std::byte>(random() % 4 ? random() % 3 : random());
    if (!metadata.empty()) metadata[0] = std::byte{1};
    FrameHeader header;
    header.type = static_cast<std::uint8_t>(1 + random() % kMessageTypes);
    header.minor = static_cast<std::uint8_t>(random() % 2);
    header.tensor_count = static_cast<std::uint32_t>(random() % 3);
    header.payload_bytes = random() % 2 ? 0 : random() % 1000;
    header.metadata_bytes = static_cast<std::uint32_t>(metadata.size());
    auto bytes = frame_with(header, metadata);
    bytes.resize(bytes.size() + 1200);
    const Reading reading = read_bytes(bytes, 1 + random() % 500);
    accepted += reading.messages.size();
    EXPECT_LE(reading.pool.largest_bytes, 1024u);
  }
  std::printf("random metadata: 20000 tried, %zu happened to be messages\n", accepted);
}

TEST(FrameReader, SurvivesMutatedFrames) {
  std::mt19937_64 random(43);
  const auto good = stream_of(one_of_each());
  for (int i = 0; i < 20'000; ++i) {
    auto bytes = good;
    for (std::size_t n = 1 + random() % 8; n > 0; --n) {
      bytes[random() % bytes.size()] = static_cast<std::byte>(random());
    }
    const Reading reading = read_bytes(bytes, bytes.size());
    EXPECT_LE(reading.messages.size(), one_of_each().size());
  }
}

}  // namespace
}  // namespace branchline::transport::testing
