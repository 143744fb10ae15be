#include "framework/base/tensor.h"

#include <gtest/gtest.h>

namespace branchline {
namespace {

TEST(DTypeNames, EveryTypeHasASizeAndFindsItselfByName) {
  for (int number = 0; number < kDTypeCount; ++number) {
    const auto type = static_cast<DType>(number);
    EXPECT_GT(size_of(type), 0U) << number;
    EXPECT_EQ(dtype_from_name(name_of(type)), type) << number;
  }
  EXPECT_EQ(dtype_from_name("bfloat16"), std::nullopt);
  EXPECT_EQ(dtype_from_name(""), std::nullopt);
}

TEST(DTypeNames, NumbersAreThoseOfTheWire) {
  EXPECT_EQ(static_cast<int>(DType::f32), 0);
  EXPECT_EQ(static_cast<int>(DType::f16), 1);
  EXPECT_EQ(static_cast<int>(DType::u8), 2);
  EXPECT_EQ(static_cast<int>(DType::i64), 3);
  EXPECT_EQ(static_cast<int>(DType::i8), 7);
}

TEST(Shape, CountsElements) {
  EXPECT_EQ(element_count({1, 3, 224, 224}), 150528);
  EXPECT_EQ(element_count({}), 1);
  EXPECT_EQ(element_count({2, 0, 5}), 0);
}

TEST(TensorView, KnowsItsBytes) {
  const Tensor tensor{nullptr, DType::i64, {2, 3}};
  EXPECT_EQ(tensor.byte_size(), 48U);
  EXPECT_EQ(tensor.view().byte_size(), 48U);
  EXPECT_EQ(tensor.view().shape, tensor.shape);
}

TEST(Tensor, CopiesShareTheStorage) {
  auto data = std::make_shared<float>(1.5F);
  const Tensor tensor{data, DType::f32, {}};
  const Tensor copy = tensor;  // NOLINT(performance-unnecessary-copy-initialization)
  EXPECT_EQ(copy.data.get(), tensor.data.get());
  EXPECT_EQ(data.use_count(), 3);
}

}  // namespace
}  // namespace branchline
