// Broken frames, metadata and payloads: the fuzzers' seeds and thousands of seeded mutations.
// tests/fuzz holds the same for libFuzzer.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "tests/fuzz/frame_bytes.h"
#include "tests/fuzz/handshake_bytes.h"
#include "tests/fuzz/metadata_bytes.h"
#include "tests/fuzz/payload_bytes.h"

namespace branchline::transport::testing {
namespace {

using Bytes = std::vector<std::byte>;

std::vector<Bytes> seeds_of(const std::string& fuzzer) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(
           std::filesystem::path(BRANCHLINE_SOURCE_DIR) / "tests/fuzz/seeds" / fuzzer)) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Bytes> seeds;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
    seeds.emplace_back(bytes, bytes + text.size());
  }
  return seeds;
}

Bytes mutant_of(Bytes bytes, std::mt19937_64& random) {
  for (std::size_t n = 1 + random() % 4; n > 0 && !bytes.empty(); --n) {
    const std::size_t at = random() % bytes.size();
    switch (random() % 4) {
      case 0:
        bytes.resize(at);
        break;
      case 1:
        bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                     static_cast<std::byte>(random()));
        break;
      case 2:
        bytes[at] ^= std::byte{1} << (random() % 8);
        break;
      default:
        bytes[at] = static_cast<std::byte>(random() % 3 ? random() % 4 : 0xFF);
    }
  }
  return bytes;
}

/// @returns how many mutants were taken as good.
template <class Check>
int check_all(const std::string& fuzzer, int mutants, Check check) {
  const std::vector<Bytes> seeds = seeds_of(fuzzer);
  EXPECT_GE(seeds.size(), 5u);
  int good_seeds = 0;
  for (const Bytes& seed : seeds) good_seeds += check(seed) ? 1 : 0;
  EXPECT_GT(good_seeds, 4);
  int good = 0;
  for (int i = 0; i < mutants; ++i) {
    std::mt19937_64 random(static_cast<std::uint64_t>(i));
    const Bytes mutant = mutant_of(seeds[random() % seeds.size()], random);
    try {
      good += check(mutant) ? 1 : 0;
    } catch (const std::exception& error) {
      ADD_FAILURE() << fuzzer << ", mutant " << i << ": " << error.what();
    }
  }
  std::printf("%s: %d mutants, %d of them good\n", fuzzer.c_str(), mutants, good);
  return good;
}

TEST(TransportFuzz, FramesAreReadOrRefusedInPiecesOfAnySize) {
  EXPECT_GT(check_all("frame", 4000, branchline::testing::check_frame_bytes), 100);
}

TEST(TransportFuzz, MetadataIsReadOrRefused) {
  EXPECT_GT(check_all("metadata", 20'000, branchline::testing::check_metadata_bytes), 100);
}

TEST(TransportFuzz, PayloadsDecodeToWhatTheyClaimOrAreRefused) {
  EXPECT_GT(check_all("payload", 4000, branchline::testing::check_payload_bytes), 100);
}

TEST(TransportFuzz, AnOpeningOfAnyBytesEndsWell) {
  branchline::testing::HandshakeBytes handshake;
  EXPECT_GT(check_all("handshake", 300, [&](const Bytes& bytes) { return handshake.check(bytes); }),
            10);
}

}  // namespace
}  // namespace branchline::transport::testing
