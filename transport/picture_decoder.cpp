#include "transport/picture_decoder.h"

#include <png.h>

#include <csetjmp>
#include <cstdio>

// After <cstdio>, which it needs and does not include.
#include <jpeglib.h>

namespace branchline::transport {
namespace {

/// A progressive picture has about ten; thousands would keep a core busy for nothing.
constexpr int kMaxJpegScans = 64;

struct JpegErrors {
  jpeg_error_mgr base;
  std::jmp_buf damaged;
};

[[noreturn]] void leave_decoder(j_common_ptr decoder) {
  std::longjmp(reinterpret_cast<JpegErrors*>(decoder->err)->damaged, 1);
}

void count_scans(j_common_ptr decoder) {
  if (reinterpret_cast<j_decompress_ptr>(decoder)->input_scan_number > kMaxJpegScans) {
    leave_decoder(decoder);
  }
}

/// May be left by longjmp: nothing here has a destructor.
bool decode_rows(jpeg_decompress_struct& decoder, std::span<const std::byte> bytes, bool colour,
                 std::span<std::uint8_t> pixels) {
  jpeg_mem_src(&decoder, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  if (jpeg_read_header(&decoder, TRUE) != JPEG_HEADER_OK) return false;
  decoder.out_color_space = colour ? JCS_RGB : JCS_GRAYSCALE;
  jpeg_start_decompress(&decoder);
  const std::size_t row = std::size_t{decoder.output_width} * (colour ? 3 : 1);
  if (row * decoder.output_height != pixels.size()) return false;
  while (decoder.output_scanline < decoder.output_height) {
    JSAMPROW to = pixels.data() + row * decoder.output_scanline;
    jpeg_read_scanlines(&decoder, &to, 1);
  }
  jpeg_finish_decompress(&decoder);
  return true;
}

}  // namespace

bool decode_png(std::span<const std::byte> bytes, bool colour, std::span<std::uint8_t> pixels) {
  png_image picture{};
  picture.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&picture, bytes.data(), bytes.size()) == 0) return false;
  picture.format = colour ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  bool decoded = PNG_IMAGE_SIZE(picture) == pixels.size();
  if (decoded) {
    const png_color black{};  // behind what is transparent
    decoded = png_image_finish_read(&picture, &black, pixels.data(), 0, nullptr) != 0;
  }
  png_image_free(&picture);
  return decoded;
}

bool decode_jpeg(std::span<const std::byte> bytes, bool colour, std::span<std::uint8_t> pixels) {
  jpeg_decompress_struct decoder{};
  JpegErrors errors{};
  decoder.err = jpeg_std_error(&errors.base);
  errors.base.error_exit = leave_decoder;
  errors.base.output_message = [](j_common_ptr) {};
  jpeg_progress_mgr progress{};
  progress.progress_monitor = count_scans;
  volatile bool decoded = false;
  if (setjmp(errors.damaged) == 0) {
    jpeg_create_decompress(&decoder);
    decoder.progress = &progress;
    decoded = decode_rows(decoder, bytes, colour, pixels);
  }
  jpeg_destroy_decompress(&decoder);
  return decoded;
}

}  // namespace branchline::transport
