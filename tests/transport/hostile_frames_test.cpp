// Frames that lie, break off or pile up.
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "tests/support/eventually.h"
#include "tests/transport/hostile_peers.h"
#include "tests/transport/sample_messages.h"
#include "transport/frame_format.h"

namespace branchline::transport::testing {
namespace {

using branchline::testing::eventually;
using namespace std::chrono_literals;
using tcp = asio::ip::tcp;

TEST_F(HostilePeers, MessagesBegunAndLeftAreClosedAndTheirMemoryFreed) {
  serve();
  for (int i = 0; i < 10; ++i) {
    held_.push_back(dial_and_greet());
    say(held_.back(), frame_bytes_of(sample_request(1, {1u << 20})), 5000);
  }
  EXPECT_TRUE(all_ended());
}

TEST_F(HostilePeers, ClaimsOfGigabytesStayBoundedAndMakeRoomForSmallMessages) {
  ServerProtection protection = tight();
  protection.limits.stall_time = 30s;
  serve(protection);
  FrameHeader header;
  const auto claim = frame_bytes_of(sample_request(1, {60u << 20}));
  for (int i = 0; i < 25; ++i) {  // 1.5 GB
    held_.push_back(dial_and_greet());
    say(held_.back(), claim, 4096);
  }
  const int before = good_->answered();
  EXPECT_TRUE(eventually(30s, [&] { return good_->answered() > before + 50; }));
  EXPECT_LT(pool().in_use_bytes, 96u << 20);
}

TEST_F(HostilePeers, WhenMemoryForAnswersRunsOutWhoHoldsMostOfItLeaves) {
  ServerProtection protection = tight();
  protection.limits.stall_time = 300s;
  protection.limits.max_incoming_bytes = 1u << 30;
  protection.limits.max_outgoing_bytes = 32u << 20;
  serve(protection);
  const auto request = frame_bytes_of(sample_request(1, {10'000}));
  held_.push_back(dial_and_greet());
  held_.back().non_blocking(true);
  std::size_t sent = 0;
  boost::system::error_code error;
  EXPECT_TRUE(eventually(60s, [&] {  // 200 MB of small answers that nobody reads
    while (!error && sent < 20'000 * request.size()) {
      const std::size_t at = sent % request.size();
      sent +=
          held_.back().write_some(asio::buffer(request.data() + at, request.size() - at), error);
    }
    if (error == asio::error::would_block) error.clear();
    return error || sent >= 20'000 * request.size();
  }));
  EXPECT_TRUE(eventually(30s, [this] { return alive_ == 1; })) << alive_;
}

TEST_F(HostilePeers, FlippedCutAndForeignFramesEndTheirConnectionOnly) {
  serve();
  std::mt19937 random(7);
  const auto pick = [&](std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random);
  };
  std::vector<std::vector<std::byte>> frames;
  for (const Message& message : one_of_each()) frames.push_back(frame_bytes_of(message));
  for (int i = 0; i < 600; ++i) {
    tcp::socket socket = i % 2 == 0 ? dial() : dial_and_greet();
    std::vector<std::byte> bytes = frames[pick(frames.size())];
    const std::size_t kind = pick(4);
    if (kind == 0) bytes[pick(bytes.size())] ^= std::byte{1} << pick(8);
    if (kind == 1) bytes.resize(pick(bytes.size()) + 1);
    if (kind == 2) bytes[4] = std::byte{static_cast<unsigned char>(2 + pick(200))};  // major
    if (kind == 3) {
      for (std::byte& byte : bytes) byte = static_cast<std::byte>(pick(256));
    }
    say(socket, bytes, bytes.size());
  }
  EXPECT_LE(log_lines_, 40);
}

TEST_F(HostilePeers, AbsurdCountsAreRefusedBeforeAnythingIsAllocated) {
  serve();
  for (int i = 0; i < 60; ++i) {
    FrameHeader header;
    header.type = 5;
    if (i % 3 == 0) header.payload_bytes = ~0ull - static_cast<std::uint64_t>(i);
    if (i % 3 == 1) header.metadata_bytes = 0xFFFF'FFFF;
    if (i % 3 == 2) header.tensor_count = 0xFFFF'FFFF;
    held_.push_back(dial_and_greet());
    const HeaderBytes bytes = encode_header(header);
    say(held_.back(), {bytes.begin(), bytes.end()}, bytes.size());
    if (held_.size() == 20) {
      EXPECT_TRUE(all_ended());
      held_.clear();
    }
  }
  EXPECT_LT(pool().largest_bytes, 1u << 20);
}

}  // namespace
}  // namespace branchline::transport::testing
