#include "transport/packing.h"

#include <lz4.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include "transport/zero_mask.h"

namespace branchline::transport {
namespace {

constexpr int kZstdLevel = 1;  // level 3 takes 1.6 times as long for under 2 % (docs/codecs.md)
constexpr std::size_t kLengthBytes = sizeof(std::uint32_t);
constexpr std::size_t kMostMaskedBytes = mask_bytes(kPackedBlockBytes) + kPackedBlockBytes;

/// What a thread keeps: contexts are dear to make, and a block's masked form needs room.
struct PackingScratch {
  std::vector<std::byte> masked = std::vector<std::byte>(kMostMaskedBytes + kMaskSlack);
  std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> compressor{nullptr, ZSTD_freeCCtx};
  std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> decompressor{nullptr, ZSTD_freeDCtx};
};

PackingScratch& packing_scratch() {
  thread_local PackingScratch scratch;
  return scratch;
}

/// @returns bytes written, 0 when they would not fit.
std::size_t compress_block(PackingScratch& scratch, std::size_t masked, Packing packing,
                           std::span<std::byte> out) {
  if (packing == Packing::lz4) {
    const int written = LZ4_compress_default(
        reinterpret_cast<const char*>(scratch.masked.data()), reinterpret_cast<char*>(out.data()),
        static_cast<int>(masked), static_cast<int>(out.size()));
    return static_cast<std::size_t>(std::max(written, 0));
  }
  if (!scratch.compressor) scratch.compressor.reset(ZSTD_createCCtx());
  if (!scratch.compressor) throw std::bad_alloc();
  const std::size_t written = ZSTD_compressCCtx(scratch.compressor.get(), out.data(), out.size(),
                                                scratch.masked.data(), masked, kZstdLevel);
  return ZSTD_isError(written) != 0 ? 0 : written;
}

/// A frame says how much it holds, and zstd unpacks no more: nothing depends on its window.
const char* decompress_zstd(PackingScratch& scratch, std::span<const std::byte> block,
                            std::size_t most, std::size_t& masked) {
  const auto content = ZSTD_getFrameContentSize(block.data(), block.size());
  if (content == ZSTD_CONTENTSIZE_UNKNOWN || content == ZSTD_CONTENTSIZE_ERROR) {
    return "holds a block that is no zstd frame with its content size";
  }
  if (content > most) return "holds a zstd frame of more bytes than its block can have";
  if (ZSTD_findFrameCompressedSize(block.data(), block.size()) != block.size()) {
    return "holds a zstd frame that is shorter or longer than its block";
  }
  if (!scratch.decompressor) scratch.decompressor.reset(ZSTD_createDCtx());
  if (!scratch.decompressor) throw std::bad_alloc();
  masked = ZSTD_decompressDCtx(scratch.decompressor.get(), scratch.masked.data(), most,
                               block.data(), block.size());
  return ZSTD_isError(masked) != 0 ? "holds a damaged zstd frame" : nullptr;
}

const char* decompress_lz4(PackingScratch& scratch, std::span<const std::byte> block,
                           std::size_t most, std::size_t& masked) {
  const int written = LZ4_decompress_safe(reinterpret_cast<const char*>(block.data()),
                                          reinterpret_cast<char*>(scratch.masked.data()),
                                          static_cast<int>(block.size()), static_cast<int>(most));
  if (written < 0) return "holds a damaged LZ4 block, or one of too many bytes";
  masked = static_cast<std::size_t>(written);
  return nullptr;
}

const char* unpack_block(std::span<const std::byte> block, std::size_t element_bytes,
                         Packing packing, std::span<std::byte> out) {
  if (block.size() == out.size()) {
    std::memcpy(out.data(), block.data(), block.size());
    return nullptr;
  }
  PackingScratch& scratch = packing_scratch();
  const std::size_t most = mask_bytes(out.size() / element_bytes) + out.size();
  std::size_t masked = 0;
  const char* wrong = packing == Packing::lz4 ? decompress_lz4(scratch, block, most, masked)
                                              : decompress_zstd(scratch, block, most, masked);
  if (wrong != nullptr) return wrong;
  const bool fits = unmask_zeros(std::span(scratch.masked).first(masked), element_bytes, out);
  return fits ? nullptr : "holds a block whose mask does not fit its elements";
}

}  // namespace

std::size_t pack(std::span<const std::byte> in, std::size_t element_bytes, Packing packing,
                 std::byte* out) {
  PackingScratch& scratch = packing_scratch();
  std::size_t used = 0;
  for (std::size_t at = 0; at < in.size(); at += kPackedBlockBytes) {
    const auto block = in.subspan(at, std::min(kPackedBlockBytes, in.size() - at));
    if (in.size() - used <= kLengthBytes) return 0;
    const std::size_t room = in.size() - used - kLengthBytes;
    const std::size_t masked = mask_zeros(block, element_bytes, scratch.masked.data());
    std::byte* body = out + used + kLengthBytes;
    std::size_t length =
        compress_block(scratch, masked, packing, {body, std::min(room, block.size() - 1)});
    if (length == 0) {
      if (room < block.size()) return 0;
      std::memcpy(body, block.data(), block.size());
      length = block.size();
    }
    const auto prefix = static_cast<std::uint32_t>(length);
    std::memcpy(out + used, &prefix, kLengthBytes);
    used += kLengthBytes + length;
  }
  return used < in.size() ? used : 0;
}

const char* unpack(std::span<const std::byte> packed, std::size_t element_bytes, Packing packing,
                   std::span<std::byte> out) {
  for (std::size_t at = 0; at < out.size(); at += kPackedBlockBytes) {
    const auto part = out.subspan(at, std::min(kPackedBlockBytes, out.size() - at));
    std::uint32_t length = 0;
    if (packed.size() < kLengthBytes) return "ends before its last block";
    std::memcpy(&length, packed.data(), kLengthBytes);
    packed = packed.subspan(kLengthBytes);
    if (length > part.size()) return "holds a block that is larger than what it unpacks to";
    if (length > packed.size()) return "ends within a block";
    const char* wrong = unpack_block(packed.first(length), element_bytes, packing, part);
    if (wrong != nullptr) return wrong;
    packed = packed.subspan(length);
  }
  return packed.empty() ? nullptr : "goes on after its last block";
}

}  // namespace branchline::transport
