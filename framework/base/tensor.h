#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace branchline {

/// Element type of a tensor. The numbers are part of the wire protocol and of the files: never
/// renumber.
enum class DType : std::uint8_t {
  f32 = 0,
  f16 = 1,
  u8 = 2,
  i64 = 3,
  i32 = 4,
  f64 = 5,
  boolean = 6,
  i8 = 7,
  i16 = 8
};

constexpr int kDTypeCount = 9;

/// Bytes of one element.
std::size_t size_of(DType type) noexcept;

/// "f32", "u8", …
const char* name_of(DType type) noexcept;

/// The type that name_of calls `name`; nullopt when none does.
std::optional<DType> dtype_from_name(const std::string& name) noexcept;

using Shape = std::vector<std::int64_t>;

/// Product of the dimensions; 1 for a scalar (empty shape).
std::int64_t element_count(const Shape& shape) noexcept;

/// A tensor somebody else owns: contiguous, row-major. The data must outlive the view.
struct TensorView {
  const void* data = nullptr;
  DType type = DType::f32;
  Shape shape;

  std::size_t byte_size() const noexcept;
};

/// A tensor that keeps its own storage alive: contiguous, row-major. Copying shares the storage,
/// which nobody may write.
struct Tensor {
  std::shared_ptr<const void> data;
  DType type = DType::f32;
  Shape shape;

  std::size_t byte_size() const noexcept;
  TensorView view() const { return {data.get(), type, shape}; }
};

}  // namespace branchline
