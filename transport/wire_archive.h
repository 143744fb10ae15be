#pragma once

#include <bit>
#include <cereal/cereal.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace branchline::transport {

static_assert(std::endian::native == std::endian::little,
              "the archives below copy numbers as they lie in memory");

/// Writes exactly what cereal::PortableBinaryOutputArchive writes on a little-endian machine (one
/// byte 1, then the numbers), straight into a vector and without a stream.
class WireOutput : public cereal::OutputArchive<WireOutput, cereal::AllowEmptyClassElision> {
 public:
  explicit WireOutput(std::vector<std::byte>& bytes)
      : cereal::OutputArchive<WireOutput, cereal::AllowEmptyClassElision>(this), bytes_(bytes) {
    bytes_.push_back(std::byte{1});
  }

  void append(const void* data, std::size_t size) {
    const auto* first = static_cast<const std::byte*>(data);
    bytes_.insert(bytes_.end(), first, first + size);
  }

 private:
  std::vector<std::byte>& bytes_;
};

/// Reads what WireOutput wrote and never past the end: every read is checked against the bytes that
/// remain, and containers are only read by read_count() callers, who check the count first.
/// @throws cereal::Exception with a sentence.
class WireInput : public cereal::InputArchive<WireInput, cereal::AllowEmptyClassElision> {
 public:
  explicit WireInput(std::span<const std::byte> bytes)
      : cereal::InputArchive<WireInput, cereal::AllowEmptyClassElision>(this), rest_(bytes) {
    std::uint8_t little = 0;
    take(&little, 1);
    if (little != 1) throw cereal::Exception("the metadata is not little endian");
  }

  void take(void* data, std::size_t size) {
    if (size > rest_.size()) throw cereal::Exception("the metadata ends too early");
    std::memcpy(data, rest_.data(), size);
    rest_ = rest_.subspan(size);
  }

  std::size_t remaining() const noexcept { return rest_.size(); }

 private:
  std::span<const std::byte> rest_;
};

template <class T>
requires std::is_arithmetic_v<T>
void CEREAL_SAVE_FUNCTION_NAME(WireOutput& archive, const T& number) {
  archive.append(&number, sizeof number);
}

template <class T>
requires std::is_arithmetic_v<T>
void CEREAL_LOAD_FUNCTION_NAME(WireInput& archive, T& number) {
  archive.take(&number, sizeof number);
}

}  // namespace branchline::transport

CEREAL_REGISTER_ARCHIVE(branchline::transport::WireOutput)
CEREAL_REGISTER_ARCHIVE(branchline::transport::WireInput)
CEREAL_SETUP_ARCHIVE_TRAITS(branchline::transport::WireInput, branchline::transport::WireOutput)
