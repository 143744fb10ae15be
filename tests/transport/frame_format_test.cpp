#include "transport/frame_format.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <sstream>

#include "tests/transport/protocol_vectors.h"
#include "tests/transport/sample_messages.h"
#include "transport/frame_reader.h"

namespace branchline::transport::testing {
namespace {

FrameHeader sample_header() {
  FrameHeader header;
  header.type = 5;
  header.flags = 0x80000001u;
  header.tensor_count = 3;
  header.id = 0x1122334455667788u;
  header.payload_bytes = 270;
  header.budget_ns = 80'000'000;
  header.metadata_bytes = 181;
  header.payload_checksum = 0x0123456789ABCDEFu;
  header.metadata_checksum = 0xA1B2C3D4u;
  return header;
}

TEST(FrameFormat, HeaderSurvivesTheWire) {
  FrameHeader read;
  EXPECT_FALSE(decode_header(encode_header(sample_header()), read));
  EXPECT_EQ(read, sample_header());
}

TEST(FrameFormat, HeaderHasTheseBytes) {
  const HeaderBytes bytes = encode_header(sample_header());
  const std::vector<int> expected = {'B',  'R',  'L',  'N',  1,    0,    5,    0,     // versions
                                     1,    0,    0,    0x80, 3,    0,    0,    0,     // flags
                                     0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11,  // id
                                     0x0E, 1,    0,    0,    0,    0,    0,    0,     // payload
                                     0x00, 0xB4, 0xC4, 4,    0,    0,    0,    0,     // budget
                                     0xB5, 0,    0,    0,    0,    0,    0,    0,     // metadata
                                     0xEF, 0xCD, 0xAB, 0x89, 0x67, 0x45, 0x23, 0x01,  // checksum
                                     0xD4, 0xC3, 0xB2, 0xA1};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(std::to_integer<int>(bytes[i]), expected[i]) << "byte " << i;
  }
}

TEST(FrameFormat, EachFlippedHeaderBitIsSeen) {
  for (std::size_t bit = 0; bit < kHeaderBytes * 8; ++bit) {
    HeaderBytes bytes = encode_header(sample_header());
    bytes[bit / 8] ^= std::byte{1} << (bit % 8);
    FrameHeader read;
    EXPECT_TRUE(decode_header(bytes, read)) << "bit " << bit;
  }
}

TEST(FrameFormat, ANewerMajorVersionIsRefusedNamingBoth) {
  FrameHeader header = sample_header();
  header.major = 2;
  header.minor = 7;
  FrameHeader read;
  const FrameFault fault = decode_header(encode_header(header), read);
  EXPECT_EQ(fault.code, TransportErrc::incompatible);
  EXPECT_NE(fault.sentence.find("protocol 2.7"), std::string::npos) << fault.sentence;
  EXPECT_NE(fault.sentence.find("speaks 1.0"), std::string::npos) << fault.sentence;
}

TEST(FrameFormat, ANewerMinorVersionAndUnknownFlagsAreTolerated) {
  FrameHeader header = sample_header();
  header.minor = 200;
  header.flags = 0xFFFFFFFFu;
  FrameHeader read;
  EXPECT_FALSE(decode_header(encode_header(header), read));
  EXPECT_EQ(read, header);
}

TEST(FrameFormat, ForeignBytesAreNamedForWhatTheyAre) {
  HeaderBytes bytes{};
  std::memcpy(bytes.data(), "GET / HTTP/1.1\r\n", 16);
  FrameHeader read;
  EXPECT_EQ(decode_header(bytes, read).code, TransportErrc::not_branchline);
}

/// The bytes of the fenced block that starts with "```hex" in docs/protocol.md; what stands behind
/// a '|' explains them.
std::vector<std::byte> documented_frame() {
  std::ifstream page(BRANCHLINE_SOURCE_DIR "/docs/protocol.md");
  std::string block;
  std::string line;
  bool inside = false;
  while (std::getline(page, line)) {
    if (line.rfind("```", 0) == 0) {
      inside = line == "```hex";
    } else if (inside) {
      block += line + "\n";
    }
  }
  return bytes_of_hex(block);
}

Message documented_message() {
  Request request;
  request.plan.digest = "c0ffee";
  request.plan.exit = 1;
  request.plan.stages = {{Tier::edge, {{4, 9}}}};
  request.plan.outputs = {{9, 0}};
  request.budget = std::chrono::milliseconds(80);
  request.tensors = {counting_tensor(5, 0x10, {3, 0})};
  return {7, std::move(request)};
}

TEST(FrameFormat, TheWorkedFrameOfTheDocumentationIsExact) {
  const std::vector<std::byte> documented = documented_frame();
  const std::vector<std::byte> written = frame_bytes_of(documented_message());
  std::ostringstream hex;
  for (const std::byte byte : written) hex << std::hex << std::to_integer<int>(byte) << ' ';
  EXPECT_EQ(documented, written) << hex.str();
}

TEST(FrameFormat, TheWorkedFrameOfTheDocumentationIsRead) {
  const std::vector<std::byte> documented = documented_frame();
  ASSERT_FALSE(documented.empty());
  FrameReader reader(FrameLimits{}, std::make_shared<BufferPool>());
  std::copy(documented.begin(), documented.end(), reader.space().begin());
  reader.received(documented.size(), TimePoint{});
  const auto incoming = reader.next();
  ASSERT_TRUE(incoming) << reader.fault().sentence;
  EXPECT_TRUE(same_message(incoming->message, documented_message()));
}

}  // namespace
}  // namespace branchline::transport::testing
