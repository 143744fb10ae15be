#include "framework/base/tensor.h"

namespace branchline {

std::size_t size_of(DType type) noexcept {
  switch (type) {
    case DType::u8:
    case DType::boolean:
    case DType::i8:
      return 1;
    case DType::f16:
    case DType::i16:
      return 2;
    case DType::f32:
    case DType::i32:
      return 4;
    case DType::i64:
    case DType::f64:
      return 8;
  }
  return 0;
}

const char* name_of(DType type) noexcept {
  switch (type) {
    case DType::f32:
      return "f32";
    case DType::f16:
      return "f16";
    case DType::u8:
      return "u8";
    case DType::i64:
      return "i64";
    case DType::i32:
      return "i32";
    case DType::f64:
      return "f64";
    case DType::boolean:
      return "bool";
    case DType::i8:
      return "i8";
    case DType::i16:
      return "i16";
  }
  return "unknown";
}

std::optional<DType> dtype_from_name(const std::string& name) noexcept {
  for (int number = 0; number < kDTypeCount; ++number) {
    const auto type = static_cast<DType>(number);
    if (name == name_of(type)) return type;
  }
  return std::nullopt;
}

std::int64_t element_count(const Shape& shape) noexcept {
  std::int64_t count = 1;
  for (const std::int64_t dimension : shape) count *= dimension;
  return count;
}

std::size_t TensorView::byte_size() const noexcept {
  return static_cast<std::size_t>(element_count(shape)) * size_of(type);
}

std::size_t Tensor::byte_size() const noexcept {
  return static_cast<std::size_t>(element_count(shape)) * size_of(type);
}

}  // namespace branchline
