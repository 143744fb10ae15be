#include "transport/packing.h"

#include <gtest/gtest.h>
#include <lz4.h>
#include <zstd.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "transport/zero_mask.h"

namespace branchline::transport {
namespace {

using Bytes = std::vector<std::byte>;

/// `share` per cent of the elements are not zero; their bytes repeat somewhat, as exponents do.
Bytes sparse_bytes(std::size_t size, std::size_t element_bytes, unsigned share, unsigned seed = 1) {
  std::mt19937 random(seed);
  Bytes bytes(size);
  for (std::size_t at = 0; at + element_bytes <= size; at += element_bytes) {
    if (random() % 100 >= share) continue;
    for (std::size_t i = 0; i < element_bytes; ++i) {
      bytes[at + i] = static_cast<std::byte>(i + 1 == element_bytes ? 1 + random() % 8 : random());
    }
  }
  return bytes;
}

Bytes packed(const Bytes& in, std::size_t element_bytes, Packing packing) {
  Bytes out(in.size());
  out.resize(pack(in, element_bytes, packing, out.data()));
  return out;
}

/// "" when it unpacks, else what is wrong. Bytes around the output must stay as they are.
std::string unpacked(const Bytes& in, std::size_t element_bytes, Packing packing, Bytes& out) {
  constexpr std::size_t kGuard = 64;
  Bytes guarded(out.size() + 2 * kGuard, std::byte{0xA5});
  const char* wrong =
      unpack(in, element_bytes, packing, std::span(guarded).subspan(kGuard, out.size()));
  for (std::size_t i = 0; i < kGuard; ++i) {
    EXPECT_EQ(guarded[i], std::byte{0xA5});
    EXPECT_EQ(guarded[guarded.size() - 1 - i], std::byte{0xA5});
  }
  std::copy_n(guarded.begin() + kGuard, out.size(), out.begin());
  return wrong == nullptr ? "" : wrong;
}

/// One block of a packed payload, its length before it.
Bytes block_of(const void* data, std::size_t size) {
  const auto length = static_cast<std::uint32_t>(size);
  Bytes block(4 + size);
  std::memcpy(block.data(), &length, 4);
  if (size > 0) std::memcpy(block.data() + 4, data, size);
  return block;
}

class EachPacking : public ::testing::TestWithParam<Packing> {};

TEST_P(EachPacking, GivesBackTheSameBytesInFewer) {
  for (const std::size_t element_bytes : {1u, 2u, 4u, 8u}) {
    for (const std::size_t size : {std::size_t{64}, std::size_t{4096}, kPackedBlockBytes,
                                   kPackedBlockBytes + 8, 3 * kPackedBlockBytes - 4096}) {
      for (const unsigned share : {0u, 30u, 60u}) {
        const Bytes in = sparse_bytes(size, element_bytes, share);
        const Bytes fewer = packed(in, element_bytes, GetParam());
        if (size == 64 && share > 0) continue;  // may be too little to save anything
        ASSERT_GT(fewer.size(), 0u) << size << " " << share;
        ASSERT_LT(fewer.size(), in.size());
        Bytes out(in.size());
        ASSERT_EQ(unpacked(fewer, element_bytes, GetParam(), out), "");
        ASSERT_EQ(out, in);
      }
    }
  }
}

TEST_P(EachPacking, SaysSoWhenNothingIsSaved) {
  std::mt19937 random(2);
  for (const std::size_t size : {0u, 1u, 4u, 64u, 5000u, 400000u}) {
    Bytes noise(size);
    for (std::byte& byte : noise) byte = static_cast<std::byte>(random() % 255 + 1);
    Bytes out(size + 16, std::byte{0xA5});
    EXPECT_EQ(pack(noise, 1, GetParam(), out.data()), 0u) << size;
    EXPECT_EQ(Bytes(out.end() - 16, out.end()), Bytes(16, std::byte{0xA5})) << size;
  }
}

TEST_P(EachPacking, KeepsABlockThatDoesNotShrinkAsItIs) {
  Bytes in = sparse_bytes(2 * kPackedBlockBytes, 1, 0);
  std::mt19937 random(3);
  for (std::size_t i = 0; i < kPackedBlockBytes; ++i) in[i] = static_cast<std::byte>(random());
  const Bytes fewer = packed(in, 1, GetParam());
  ASSERT_GT(fewer.size(), kPackedBlockBytes);
  EXPECT_EQ(std::memcmp(fewer.data() + 4, in.data(), kPackedBlockBytes), 0);
  Bytes out(in.size());
  EXPECT_EQ(unpacked(fewer, 1, GetParam(), out), "");
  EXPECT_EQ(out, in);
}

TEST_P(EachPacking, RefusesEveryTruncationAndEveryTail) {
  const Bytes in = sparse_bytes(kPackedBlockBytes + 600, 2, 10);
  const Bytes good = packed(in, 2, GetParam());
  Bytes out(in.size());
  for (std::size_t size = 0; size < good.size(); size += size < 200 ? 1 : 997) {
    EXPECT_NE(
        unpacked(Bytes(good.begin(), good.begin() + static_cast<long>(size)), 2, GetParam(), out),
        "");
  }
  Bytes longer = good;
  longer.push_back(std::byte{0});
  EXPECT_EQ(unpacked(longer, 2, GetParam(), out), "goes on after its last block");
}

TEST_P(EachPacking, SurvivesFlippedBits) {
  const Bytes in = sparse_bytes(9000, 2, 30);
  const Bytes good = packed(in, 2, GetParam());
  std::mt19937 random(4);
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    Bytes bad = good;
    for (unsigned n = 0; n <= random() % 3; ++n) {
      bad[random() % bad.size()] ^= static_cast<std::byte>(1u << random() % 8);
    }
    Bytes out(in.size());
    refused += unpacked(bad, 2, GetParam(), out).empty() ? 0 : 1;
  }
  EXPECT_GT(refused, 300);  // the others changed elements: that is for the payload's checksum
}

TEST_P(EachPacking, RefusesABlockLargerThanItsPartWithoutReadingIt) {
  Bytes bad(8, std::byte{0});
  bad[3] = std::byte{0x7F};  // two gigabytes
  Bytes out(4096);
  EXPECT_EQ(unpacked(bad, 4, GetParam(), out),
            "holds a block that is larger than what it unpacks to");
}

INSTANTIATE_TEST_SUITE_P(Packing, EachPacking, ::testing::Values(Packing::lz4, Packing::zstd),
                         [](const auto& test) {
                           return test.param == Packing::lz4 ? "lz4" : "zstd";
                         });

/// docs/protocol.md, "Packing": sixteen f32, the first 1, the others 0.
TEST(Packing, UnpacksTheWorkedExampleOfTheSpecification) {
  const auto bytes_of = [](std::initializer_list<int> numbers) {
    Bytes bytes;
    for (const int number : numbers) bytes.push_back(static_cast<std::byte>(number));
    return bytes;
  };
  const Bytes lz4 = bytes_of({7, 0, 0, 0, 0x60, 0x01, 0x00, 0x00, 0x00, 0x80, 0x3F});
  const Bytes zstd = bytes_of({15, 0, 0, 0, 0x28, 0xB5, 0x2F, 0xFD, 0x20, 0x06, 0x31, 0x00, 0x00,
                               0x01, 0x00, 0x00, 0x00, 0x80, 0x3F});
  Bytes expected(64);
  const float one = 1;
  std::memcpy(expected.data(), &one, 4);
  for (const auto& [packing, bytes] :
       {std::pair(Packing::lz4, lz4), std::pair(Packing::zstd, zstd)}) {
    Bytes out(64);
    EXPECT_EQ(unpacked(bytes, 4, packing, out), "");
    EXPECT_EQ(out, expected);
  }
}

TEST(Packing, RefusesAZstdFrameThatClaimsMoreThanItsBlock) {
  const Bytes zeros(64 << 20);
  Bytes frame(ZSTD_compressBound(zeros.size()));
  frame.resize(ZSTD_compress(frame.data(), frame.size(), zeros.data(), zeros.size(), 1));
  ASSERT_LT(frame.size(), 8000u);
  Bytes out(8192);
  EXPECT_EQ(unpacked(block_of(frame.data(), frame.size()), 4, Packing::zstd, out),
            "holds a zstd frame of more bytes than its block can have");
}

TEST(Packing, RefusesAZstdFrameThatHidesItsSize) {
  const Bytes zeros(64 << 20);
  Bytes frame(ZSTD_compressBound(zeros.size()));
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  frame.resize(ZSTD_compress2(context, frame.data(), frame.size(), zeros.data(), zeros.size()));
  ZSTD_freeCCtx(context);
  Bytes out(8192);
  EXPECT_EQ(unpacked(block_of(frame.data(), frame.size()), 4, Packing::zstd, out),
            "holds a block that is no zstd frame with its content size");
}

TEST(Packing, RefusesTwoFramesInABlockAndAFrameCutShort) {
  const Bytes masked(32);
  Bytes frame(200);
  frame.resize(ZSTD_compress(frame.data(), frame.size(), masked.data(), masked.size(), 1));
  Bytes two = frame;
  two.insert(two.end(), frame.begin(), frame.end());
  Bytes out(1024);
  const std::string sentence = "holds a zstd frame that is shorter or longer than its block";
  EXPECT_EQ(unpacked(block_of(frame.data(), frame.size()), 4, Packing::zstd, out), "");
  EXPECT_EQ(unpacked(block_of(two.data(), two.size()), 4, Packing::zstd, out), sentence);
  EXPECT_EQ(unpacked(block_of(frame.data(), frame.size() - 1), 4, Packing::zstd, out), sentence);
}

TEST(Packing, RefusesAnLz4BlockThatUnpacksToMore) {
  const Bytes zeros(1 << 20);
  Bytes block(static_cast<std::size_t>(LZ4_compressBound(1 << 20)));
  const int size = LZ4_compress_default(reinterpret_cast<const char*>(zeros.data()),
                                        reinterpret_cast<char*>(block.data()), 1 << 20,
                                        static_cast<int>(block.size()));
  Bytes out(8192);
  EXPECT_EQ(unpacked(block_of(block.data(), static_cast<std::size_t>(size)), 4, Packing::lz4, out),
            "holds a damaged LZ4 block, or one of too many bytes");
}

}  // namespace
}  // namespace branchline::transport
