#include "tests/transport/protocol_vectors.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/transport/protocol_decoder.h"
#include "tests/transport/sample_messages.h"
#include "transport/frame_reader.h"
#include "transport/metadata.h"

namespace branchline::transport::testing {
namespace {

struct VectorReading {
  std::vector<Message> messages;
  FrameFault fault;
};

VectorReading read_vector(const std::vector<std::byte>& bytes) {
  FrameReader reader(FrameLimits{}, std::make_shared<BufferPool>());
  VectorReading reading;
  std::span<const std::byte> left(bytes);
  while (!left.empty() && !reader.fault()) {
    const auto space = reader.space();
    const auto taken = std::min(space.size(), left.size());
    std::copy_n(left.begin(), taken, space.begin());
    left = left.subspan(taken);
    reader.received(taken, TimePoint{});
    while (auto incoming = reader.next()) reading.messages.push_back(std::move(incoming->message));
  }
  reading.fault = reader.fault();
  return reading;
}

VectorReading read_vector(const std::string& name) { return read_vector(vector_bytes(name)); }

TEST(ProtocolVectors, ThereIsOneForEveryType) {
  std::set<std::size_t> types;
  for (const ProtocolVector& vector : protocol_vectors())
    types.insert(type_of(vector.message.body));
  EXPECT_EQ(types.size(), kMessageTypes);
}

TEST(ProtocolVectors, EveryFileIsTested) {
  std::set<std::string> tested = {"request_corrupt", "pong_newer_minor", "type_newer_minor",
                                  "ping_unknown_flag", "hello_newer_major"};
  for (const ProtocolVector& vector : protocol_vectors()) tested.insert(vector.name);
  const auto names = vector_names();
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()), tested);
}

TEST(ProtocolVectors, AreWhatThisSideWrites) {
  for (const ProtocolVector& vector : protocol_vectors()) {
    EXPECT_EQ(frame_bytes_of(vector.message, vector.checksum), vector_bytes(vector.name))
        << vector.name;
  }
}

TEST(ProtocolVectors, AreReadAsWhatTheySay) {
  for (const ProtocolVector& vector : protocol_vectors()) {
    const VectorReading reading = read_vector(vector.name);
    ASSERT_EQ(reading.messages.size(), 1u) << vector.name << ": " << reading.fault.sentence;
    EXPECT_TRUE(same_message(reading.messages[0], vector.message)) << vector.name;
  }
}

TEST(ProtocolVectors, AFlippedPayloadBitIsRefusedNamingTheMessage) {
  const VectorReading reading = read_vector("request_corrupt");
  EXPECT_TRUE(reading.messages.empty());
  EXPECT_EQ(reading.fault.code, TransportErrc::corrupt);
  EXPECT_NE(reading.fault.sentence.find("message 5"), std::string::npos) << reading.fault.sentence;
}

TEST(ProtocolVectors, WhatANewerMinorVersionAddsIsIgnored) {
  for (const char* name : {"pong_newer_minor", "ping_unknown_flag"}) {
    const VectorReading reading = read_vector(name);
    ASSERT_EQ(reading.messages.size(), 1u) << reading.fault.sentence;
    EXPECT_EQ(reading.messages[0].id, 9u);
  }
  auto bytes = vector_bytes("type_newer_minor");
  const auto ping = vector_bytes("ping");
  bytes.insert(bytes.end(), ping.begin(), ping.end());
  const VectorReading reading = read_vector(bytes);
  ASSERT_EQ(reading.messages.size(), 1u) << reading.fault.sentence;
  EXPECT_TRUE(std::holds_alternative<Ping>(reading.messages[0].body));
}

TEST(ProtocolVectors, ANewerMajorVersionIsRefused) {
  const VectorReading reading = read_vector("hello_newer_major");
  EXPECT_EQ(reading.fault.code, TransportErrc::incompatible);
}

TEST(ProtocolPage, ADecoderWrittenFromItAloneReadsTheVectors) {
  for (const ProtocolVector& vector : protocol_vectors()) {
    EXPECT_EQ(fields_of_frame(vector_bytes(vector.name)), fields_of_message(vector.message))
        << vector.name;
  }
  EXPECT_THROW(fields_of_frame(vector_bytes("request_corrupt")), std::runtime_error);
}

TEST(ProtocolPage, ADecoderWrittenFromItAloneReadsWhatThisSideWrites) {
  std::mt19937_64 random(7);
  std::set<std::size_t> types;
  for (int i = 0; i < 5000; ++i) {
    const Message message = random_message(random);
    const auto frame = frame_bytes_of(message, i % 2 == 0);
    ASSERT_EQ(fields_of_frame(frame), fields_of_message(message)) << "message " << i;
    const VectorReading reading = read_vector(frame);
    ASSERT_EQ(reading.messages.size(), 1u) << reading.fault.sentence;
    ASSERT_TRUE(same_message(reading.messages[0], message)) << "message " << i;
    types.insert(message.body.index());
  }
  EXPECT_EQ(types.size(), kMessageTypes);
}

}  // namespace
}  // namespace branchline::transport::testing
