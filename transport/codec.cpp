#include "transport/codec.h"

#include <array>
#include <optional>

#include "framework/base/error.h"
#include "transport/int8_codec.h"

namespace branchline::transport {
namespace {

/// What is known of a codec beforehand.
struct CodecRow {
  Codec codec;
  const char* name;
  double packed_share;  ///< bytes after packing over those before, mean over the zoo's cuts
};

constexpr std::array kCodecRows = {
    CodecRow{Codec::raw, "raw", 1},
    CodecRow{Codec::fp16, "fp16", 1},
    CodecRow{Codec::int8, "int8", 1},
    CodecRow{Codec::png, "png", 1},
    CodecRow{Codec::jpeg, "jpeg", 1},
    CodecRow{Codec::raw_lz4, "raw+lz4", 0.48},
    CodecRow{Codec::fp16_lz4, "fp16+lz4", 0.54},
    CodecRow{Codec::int8_lz4, "int8+lz4", 0.61},
    CodecRow{Codec::raw_zstd, "raw+zstd", 0.42},
    CodecRow{Codec::fp16_zstd, "fp16+zstd", 0.48},
    CodecRow{Codec::int8_zstd, "int8+zstd", 0.57},
};

constexpr auto kCodecs = [] {
  std::array<Codec, kCodecRows.size()> codecs{};
  for (std::size_t i = 0; i < codecs.size(); ++i) codecs[i] = kCodecRows[i].codec;
  return codecs;
}();

constexpr std::int64_t kMaxPictureSide = 65500;  // libjpeg's

const CodecRow* row_of(Codec codec) noexcept {
  for (const CodecRow& row : kCodecRows) {
    if (row.codec == codec) return &row;
  }
  return nullptr;
}

/// Elements of a shape from outside; nullopt when negative or more than any machine holds.
std::optional<std::uint64_t> checked_count(const Shape& shape) noexcept {
  constexpr std::uint64_t kMost = 1ull << 40;
  std::uint64_t count = 1;
  for (const std::int64_t dimension : shape) {
    if (dimension < 0) return std::nullopt;
    if (dimension == 0) return 0;
    if (static_cast<std::uint64_t>(dimension) > kMost / count) return std::nullopt;
    count *= static_cast<std::uint64_t>(dimension);
  }
  return count;
}

std::uint64_t unpacked_bytes(Codec codec, DType type, const Shape& shape) noexcept {
  const std::uint64_t count = checked_count(shape).value_or(0);
  switch (codec) {
    case Codec::fp16:
      return count * 2;
    case Codec::int8:
      return int8_bytes(channels_of(shape));
    case Codec::png:
      return 100 + count * 6 / 10;
    case Codec::jpeg:
      return 600 + count / 10;
    default:
      return count * size_of(type);
  }
}

}  // namespace

std::span<const Codec> all_codecs() noexcept { return kCodecs; }

const char* name_of(Codec codec) noexcept {
  const CodecRow* row = row_of(codec);
  return row == nullptr ? "unknown" : row->name;
}

Codec codec_from_name(const std::string& name, const std::string& where) {
  std::string list;
  for (const CodecRow& row : kCodecRows) {
    if (name == row.name) return row.codec;
    list += (list.empty() ? "" : ", ") + std::string(row.name);
  }
  throw InputError("'" + name + "' is no codec", where, "Choose one of " + list);
}

bool can_encode(Codec codec, DType type, const Shape& shape) noexcept {
  if (row_of(codec) == nullptr || !checked_count(shape)) return false;
  switch (unpacked(codec)) {
    case Codec::fp16:
    case Codec::int8:
      return type == DType::f32;
    case Codec::png:
    case Codec::jpeg:
      return type == DType::u8 && shape.size() == 4 && shape[0] == 1 && shape[1] >= 1 &&
             shape[1] <= kMaxPictureSide && shape[2] >= 1 && shape[2] <= kMaxPictureSide &&
             (shape[3] == 1 || shape[3] == 3);
    default:
      return true;
  }
}

std::uint64_t expected_bytes(Codec codec, DType type, const Shape& shape) noexcept {
  const CodecRow* row = row_of(codec);
  if (row == nullptr) return 0;
  const std::uint64_t bytes = unpacked_bytes(unpacked(codec), type, shape);
  if (packing_of(codec) == Packing::none) return bytes;
  return static_cast<std::uint64_t>(static_cast<double>(bytes) * row->packed_share);
}

std::size_t packed_element_bytes(Codec codec, DType type) noexcept {
  const Codec element = unpacked(codec);
  return element == Codec::fp16 ? 2 : element == Codec::int8 ? 1 : size_of(type);
}

}  // namespace branchline::transport
