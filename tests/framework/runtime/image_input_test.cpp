#include "framework/runtime/image_input.h"

#include <gtest/gtest.h>

#include <vector>

#include "framework/base/error.h"

namespace branchline::runtime {
namespace {

std::vector<std::uint8_t> bytes_of(const Tensor& tensor) {
  const auto* first = static_cast<const std::uint8_t*>(tensor.data.get());
  return {first, first + tensor.byte_size()};
}

TensorView view(const std::vector<std::uint8_t>& pixels, const Shape& shape) {
  return {pixels.data(), DType::u8, shape};
}

TEST(FitPicture, CopiesAPictureThatFits) {
  const std::vector<std::uint8_t> pixels = {1, 2, 3, 4, 5, 6};
  const Tensor fitted = fit_picture(view(pixels, {1, 2, 3}), {1, 1, 2, 3});
  EXPECT_EQ(bytes_of(fitted), pixels);
  EXPECT_EQ(fitted.shape, (Shape{1, 1, 2, 3}));
  EXPECT_NE(fitted.data.get(), pixels.data()) << "the caller may reuse its buffer";
}

TEST(FitPicture, ShrinksByAveragingAreas) {
  const std::vector<std::uint8_t> pixels = {10, 20, 100, 200,  //
                                            30, 40, 100, 200};
  const Tensor fitted = fit_picture(view(pixels, {1, 2, 4, 1}), {1, 1, 2, 1});
  EXPECT_EQ(bytes_of(fitted), (std::vector<std::uint8_t>{25, 150}));
}

TEST(FitPicture, EnlargesBilinearly) {
  const std::vector<std::uint8_t> pixels = {0, 100};
  const Tensor fitted = fit_picture(view(pixels, {1, 2, 1}), {1, 1, 4, 1});
  EXPECT_EQ(bytes_of(fitted), (std::vector<std::uint8_t>{0, 25, 75, 100}));
}

TEST(FitPicture, SpreadsGreyAndMakesColourGrey) {
  const std::vector<std::uint8_t> grey = {7};
  EXPECT_EQ(bytes_of(fit_picture(view(grey, {1, 1, 1}), {1, 1, 1, 3})),
            (std::vector<std::uint8_t>{7, 7, 7}));
  const std::vector<std::uint8_t> colour = {90, 90, 90};
  EXPECT_EQ(bytes_of(fit_picture(view(colour, {1, 1, 3}), {1, 1, 1, 1})),
            (std::vector<std::uint8_t>{90}));
}

TEST(FitPicture, SaysWhatIsWrongWithAPicture) {
  const std::vector<std::uint8_t> pixels(12, 0);
  const Shape shape = {1, 2, 2, 3};
  EXPECT_THROW(fit_picture(view(pixels, {2, 2}), shape), InputError);
  EXPECT_THROW(fit_picture(view(pixels, {3, 2, 2}), shape), InputError) << "CHW, not HWC";
  EXPECT_THROW(fit_picture(view(pixels, {0, 2, 3}), shape), InputError);
  EXPECT_THROW(fit_picture(view(pixels, {2, 2, 2, 3}), shape), InputError);
  EXPECT_THROW(fit_picture({pixels.data(), DType::f32, {1, 1, 3}}, shape), InputError);
  EXPECT_THROW(fit_picture({nullptr, DType::u8, {2, 2, 3}}, shape), InputError);
}

}  // namespace
}  // namespace branchline::runtime
