#include "transport/zero_mask.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

namespace branchline::transport {
namespace {

using Bytes = std::vector<std::byte>;

Bytes bytes_of(std::initializer_list<int> numbers) {
  Bytes bytes;
  for (const int number : numbers) bytes.push_back(static_cast<std::byte>(number));
  return bytes;
}

Bytes masked(const Bytes& in, std::size_t element_bytes) {
  Bytes out(mask_bytes(in.size() / element_bytes) + in.size());
  out.resize(mask_zeros(in, element_bytes, out.data()));
  return out;
}

bool unmask(Bytes in, std::size_t element_bytes, Bytes& out) {
  const std::size_t size = in.size();
  in.resize(size + kMaskSlack, std::byte{0xEE});
  return unmask_zeros(std::span(in).first(size), element_bytes, out);
}

TEST(ZeroMask, WritesABitForEachElementThenTheOthers) {
  EXPECT_EQ(masked(bytes_of({7, 0, 0, 0, 9, 0, 0, 0, 5, 6}), 1),
            bytes_of({0b00010001, 0b00000011, 7, 9, 5, 6}));
  EXPECT_EQ(masked(bytes_of({0, 0, 0, 3, 4, 0}), 2), bytes_of({0b110, 0, 3, 4, 0}));
  EXPECT_EQ(masked({}, 4), Bytes());
}

TEST(ZeroMask, GivesBackEveryElementOfEverySize) {
  std::mt19937 random(1);
  for (const std::size_t element_bytes : {1u, 2u, 4u, 8u}) {
    for (std::size_t elements = 0; elements < 70; ++elements) {
      for (const unsigned zeros : {0u, 1u, 3u, 4u}) {
        Bytes in(elements * element_bytes);
        for (std::byte& byte : in) {
          if (random() % 4 >= zeros) byte = static_cast<std::byte>(random());
        }
        Bytes out(in.size(), std::byte{0x55});
        ASSERT_TRUE(unmask(masked(in, element_bytes), element_bytes, out));
        ASSERT_EQ(out, in);
      }
    }
  }
}

TEST(ZeroMask, RefusesAMaskThatDoesNotFitWhatFollows) {
  const Bytes good = masked(bytes_of({7, 0, 0, 0, 9, 0, 0, 0, 5, 6}), 1);
  Bytes out(10);
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(unmask(Bytes(good.begin(), good.begin() + static_cast<long>(size)), 1, out));
  }
  Bytes longer = good;
  longer.push_back(std::byte{1});
  EXPECT_FALSE(unmask(longer, 1, out));
  Bytes other = good;
  other[0] |= std::byte{2};  // one element more than there are
  EXPECT_FALSE(unmask(other, 1, out));
  Bytes past_the_end = good;
  past_the_end[1] = std::byte{0b101};  // an eleventh element instead of the tenth
  EXPECT_FALSE(unmask(past_the_end, 1, out));
}

}  // namespace
}  // namespace branchline::transport
