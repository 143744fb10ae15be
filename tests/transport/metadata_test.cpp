#include "transport/metadata.h"

#include <gtest/gtest.h>

#include <cereal/archives/portable_binary.hpp>
#include <cstring>
#include <sstream>

#include "tests/transport/sample_messages.h"

namespace branchline::transport::testing {
namespace {

std::vector<std::byte> metadata_of(const Body& body) {
  std::vector<std::byte> bytes;
  const FrameFault fault = encode_metadata(body, bytes);
  EXPECT_FALSE(fault) << fault.sentence;
  return bytes;
}

TEST(Metadata, EveryTypeSurvives) {
  for (const Message& message : one_of_each()) {
    const auto bytes = metadata_of(message.body);
    Body read;
    const FrameFault fault = decode_metadata(type_of(message.body), bytes, true, read);
    EXPECT_FALSE(fault) << fault.sentence;
    EXPECT_EQ(metadata_of(read), bytes);
    EXPECT_EQ(read.index(), message.body.index());
  }
}

TEST(Metadata, EveryTruncationIsMalformed) {
  for (const Message& message : one_of_each()) {
    const auto bytes = metadata_of(message.body);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      Body read;
      const FrameFault fault =
          decode_metadata(type_of(message.body), std::span(bytes).first(length), true, read);
      EXPECT_EQ(fault.code, TransportErrc::malformed) << "type " << int{type_of(message.body)};
    }
  }
}

TEST(Metadata, IsWhatCerealsPortableBinaryArchiveReads) {
  const auto bytes = metadata_of(Refused{Refusal::overloaded, "full", std::chrono::nanoseconds(9)});
  std::stringstream stream(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  cereal::PortableBinaryInputArchive archive(stream);
  std::uint8_t why = 0;
  std::uint16_t length = 0;
  std::string sentence(4, ' ');
  std::int64_t queue = 0;
  archive(why, length, cereal::binary_data(sentence.data(), sentence.size()), queue);
  EXPECT_EQ(why, 2);
  EXPECT_EQ(length, 4);
  EXPECT_EQ(sentence, "full");
  EXPECT_EQ(queue, 9);
}

TEST(Metadata, ACountIsCheckedAgainstTheBytesThatRemain) {
  // software "", then 65535 digests that are not there.
  std::vector<std::byte> bytes = {std::byte{1},    std::byte{0}, std::byte{0}, std::byte{0xFF},
                                  std::byte{0xFF}, std::byte{0}, std::byte{0}};
  Body read;
  const FrameFault fault = decode_metadata(type_of(Hello{}), bytes, true, read);
  EXPECT_NE(fault.sentence.find("more elements than bytes remain"), std::string::npos);
  EXPECT_EQ(std::get<Hello>(read).digests.capacity(), 0u);
}

TEST(Metadata, NineBytesThatAskForGigabytesGetNothing) {
  // The length that makes cereal's own vector loader allocate 2 GB.
  std::vector<std::byte> bytes(9, std::byte{0});
  bytes[0] = std::byte{1};
  bytes[1] = bytes[2] = bytes[3] = bytes[4] = bytes[8] = std::byte{0x7F};
  for (std::uint8_t type = 1; type <= kMessageTypes; ++type) {
    Body read;
    EXPECT_TRUE(decode_metadata(type, bytes, true, read)) << "type " << int{type};
  }
}

TEST(Metadata, RangesOfUnitsMustBeSane) {
  const auto fault_of = [](const UnitRanges& units) {
    Prepare prepare;
    prepare.plan.stages = {{Tier::edge, units}};
    std::vector<std::byte> bytes;
    return encode_metadata(prepare, bytes);
  };
  EXPECT_FALSE(fault_of({{0, 3}, {5, 5}}));
  EXPECT_TRUE(fault_of({{3, 0}}));
  EXPECT_TRUE(fault_of({{0, 3}, {4, 5}}));
  EXPECT_TRUE(fault_of({{5, 6}, {0, 3}}));
  EXPECT_TRUE(fault_of({{-1, 3}}));
  EXPECT_TRUE(fault_of({{0, kMaxUnitId + 1}}));
}

TEST(Metadata, DurationsAreClampedOnTheWayOutAndRefusedOnTheWayIn) {
  auto bytes = metadata_of(Pong{Duration::max()});
  Body read;
  ASSERT_FALSE(decode_metadata(type_of(Pong{}), bytes, true, read));
  EXPECT_EQ(std::get<Pong>(read).queue, kMaxWireDuration);
  const std::int64_t negative = -1;
  std::memcpy(bytes.data() + 1, &negative, sizeof negative);
  EXPECT_TRUE(decode_metadata(type_of(Pong{}), bytes, true, read));
}

TEST(Metadata, LongSentencesAreCut) {
  const auto bytes = metadata_of(Refused{Refusal::failed, std::string(100'000, 'x'), Duration{0}});
  EXPECT_LT(bytes.size(), kMaxTextBytes + 100);
}

}  // namespace
}  // namespace branchline::transport::testing
