#include "transport/picture_codec.h"

#include <algorithm>
#include <array>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <string>

#include "framework/base/error.h"
#include "transport/picture_decoder.h"

namespace branchline::transport {
namespace {

std::uint32_t big_endian(std::span<const std::byte> bytes) noexcept {
  std::uint32_t number = 0;
  for (const std::byte byte : bytes) number = number << 8 | std::to_integer<std::uint32_t>(byte);
  return number;
}

std::optional<PictureSize> png_size(std::span<const std::byte> bytes) noexcept {
  constexpr std::array<std::uint8_t, 16> kStart = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n',
                                                   0,    0,   0,   13,  'I',  'H',  'D',  'R'};
  if (bytes.size() < 24) return std::nullopt;
  const bool png = std::equal(kStart.begin(), kStart.end(), bytes.begin(),
                              [](auto a, auto b) { return a == std::to_integer<std::uint8_t>(b); });
  if (!png) return std::nullopt;
  return PictureSize{big_endian(bytes.subspan(20, 4)), big_endian(bytes.subspan(16, 4))};
}

bool is_start_of_frame(std::uint32_t marker) noexcept {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

/// Walks the segments up to the frame header. Stricter than libjpeg, which skips rubbish between
/// segments: a second reading of the same bytes must not find another size.
std::optional<PictureSize> jpeg_size(std::span<const std::byte> bytes) noexcept {
  if (bytes.size() < 4 || big_endian(bytes.first(2)) != 0xFFD8) return std::nullopt;
  bytes = bytes.subspan(2);
  while (bytes.size() >= 9) {
    if (bytes[0] != std::byte{0xFF}) return std::nullopt;
    const std::uint32_t marker = big_endian(bytes.subspan(1, 1));
    const std::uint32_t length = big_endian(bytes.subspan(2, 2));
    if (is_start_of_frame(marker)) {
      return PictureSize{big_endian(bytes.subspan(5, 2)), big_endian(bytes.subspan(7, 2))};
    }
    const bool has_length = marker >= 0xC0 && marker != 0xFF && (marker < 0xD0 || marker > 0xDA);
    if (!has_length || length < 2 || bytes.size() < 2 + length) return std::nullopt;
    bytes = bytes.subspan(2 + length);
  }
  return std::nullopt;
}

[[noreturn]] void refuse_picture(Codec codec, const std::string& why) {
  throw RunError(std::string("a ") + name_of(codec) + " payload " + why);
}

}  // namespace

std::optional<PictureSize> picture_size(Codec codec, std::span<const std::byte> bytes) noexcept {
  return codec == Codec::png ? png_size(bytes) : jpeg_size(bytes);
}

std::vector<std::uint8_t> encode_picture(const Tensor& tensor, Codec codec, int jpeg_quality) {
  const bool colour = tensor.shape[3] == 3;
  // OpenCV only reads from it.
  const cv::Mat picture(static_cast<int>(tensor.shape[1]), static_cast<int>(tensor.shape[2]),
                        colour ? CV_8UC3 : CV_8UC1, const_cast<void*>(tensor.data.get()));
  const std::vector<int> options = codec == Codec::jpeg
                                       ? std::vector<int>{cv::IMWRITE_JPEG_QUALITY, jpeg_quality}
                                       : std::vector<int>{cv::IMWRITE_PNG_COMPRESSION, 3};
  std::vector<std::uint8_t> bytes;
  try {
    cv::Mat swapped;
    if (colour) cv::cvtColor(picture, swapped, cv::COLOR_RGB2BGR);
    cv::imencode(codec == Codec::jpeg ? ".jpg" : ".png", colour ? swapped : picture, bytes,
                 options);
  } catch (const cv::Exception& error) {
    throw RunError(std::string("cannot encode a picture as ") + name_of(codec) + ": " + error.err);
  }
  return bytes;
}

std::shared_ptr<const void> decode_picture(Codec codec, std::span<const std::byte> bytes,
                                           const Shape& shape) {
  const auto size = picture_size(codec, bytes);
  if (!size) refuse_picture(codec, "is no such picture");
  if (*size != PictureSize{shape[1], shape[2]}) {
    refuse_picture(codec, "is " + std::to_string(size->width) + " x " +
                              std::to_string(size->height) + " pixels, its message says " +
                              std::to_string(shape[2]) + " x " + std::to_string(shape[1]));
  }
  const bool colour = shape[3] == 3;
  const auto pixels = static_cast<std::size_t>(shape[1] * shape[2] * (colour ? 3 : 1));
  const std::shared_ptr<std::uint8_t[]> picture(new std::uint8_t[pixels]);
  const std::span<std::uint8_t> to(picture.get(), pixels);
  const bool decoded =
      codec == Codec::png ? decode_png(bytes, colour, to) : decode_jpeg(bytes, colour, to);
  if (!decoded) refuse_picture(codec, "is damaged");
  return picture;
}

}  // namespace branchline::transport
