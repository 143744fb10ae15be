#include "framework/runtime/image_input.h"

#include <memory>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <string>

#include "framework/base/error.h"

namespace branchline::runtime {
namespace {

constexpr std::int64_t kMaxPictureSide = 32768;  // OpenCV's resize takes no more

struct PictureSize {
  int height, width, channels;
};

std::string shape_text(const Shape& shape) {
  std::string text = "{";
  for (const std::int64_t side : shape)
    text += (text.size() > 1 ? ", " : "") + std::to_string(side);
  return text + "}";
}

PictureSize size_of_picture(const TensorView& picture) {
  Shape shape = picture.shape;
  if (shape.size() == 4 && shape.front() == 1) shape.erase(shape.begin());
  const std::string fix = "give u8 {height, width, channels}, RGB or grey";
  if (picture.type != DType::u8) {
    throw InputError(std::string("the picture's type is ") + name_of(picture.type), "inputs", fix);
  }
  if (shape.size() != 3 || (shape[2] != 1 && shape[2] != 3)) {
    throw InputError("the picture's shape is " + shape_text(picture.shape), "inputs", fix);
  }
  if (shape[0] < 1 || shape[1] < 1 || shape[0] > kMaxPictureSide || shape[1] > kMaxPictureSide) {
    throw InputError("the picture's shape is " + shape_text(picture.shape), "inputs",
                     "a side is 1 to 32768 pixels");
  }
  if (picture.data == nullptr) throw InputError("the picture has no data", "inputs", fix);
  return {static_cast<int>(shape[0]), static_cast<int>(shape[1]), static_cast<int>(shape[2])};
}

cv::Mat with_channels(const cv::Mat& picture, int channels) {
  if (picture.channels() == channels) return picture;
  cv::Mat converted;
  cv::cvtColor(picture, converted, channels == 3 ? cv::COLOR_GRAY2RGB : cv::COLOR_RGB2GRAY);
  return converted;
}

}  // namespace

Tensor fit_picture(const TensorView& picture, const Shape& shape) {
  BL_EXPECT(shape.size() == 4 && shape[0] == 1 && (shape[3] == 1 || shape[3] == 3),
            "an image input is {1, H, W, C}, not " + shape_text(shape));
  const PictureSize from = size_of_picture(picture);
  const int height = static_cast<int>(shape[1]);
  const int width = static_cast<int>(shape[2]);
  // OpenCV only reads it; Mat has no const form.
  const cv::Mat given(from.height, from.width, CV_8UC(from.channels),
                      const_cast<void*>(picture.data));
  auto fitted = std::make_shared<cv::Mat>(height, width, CV_8UC(static_cast<int>(shape[3])));
  try {
    const bool shrinks = from.height >= height && from.width >= width;
    cv::Mat resized = given;
    if (from.height != height || from.width != width) {
      cv::resize(given, resized, cv::Size(width, height), 0, 0,
                 shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
    }
    with_channels(resized, fitted->channels()).copyTo(*fitted);
  } catch (const cv::Exception& error) {
    throw InputError("the picture cannot be resized: " + std::string(error.what()), "inputs");
  }
  return {std::shared_ptr<const void>(fitted, fitted->data), DType::u8, shape};
}

}  // namespace branchline::runtime
