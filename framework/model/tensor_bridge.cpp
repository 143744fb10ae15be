#include "framework/model/tensor_bridge.h"

#include <ATen/ATen.h>

#include "framework/base/error.h"

namespace branchline::model {
namespace {

struct TypePair {
  DType ours;
  at::ScalarType theirs;
};

constexpr TypePair kTypePairs[] = {
    {DType::f32, at::kFloat},    {DType::f16, at::kHalf}, {DType::u8, at::kByte},
    {DType::i64, at::kLong},     {DType::i32, at::kInt},  {DType::f64, at::kDouble},
    {DType::boolean, at::kBool}, {DType::i8, at::kChar},  {DType::i16, at::kShort}};
static_assert(std::size(kTypePairs) == kDTypeCount);

at::ScalarType to_scalar_type(DType type) {
  for (const TypePair& pair : kTypePairs) {
    if (pair.ours == type) return pair.theirs;
  }
  BL_EXPECT(false, "unknown element type " + std::to_string(static_cast<int>(type)));
  return at::kFloat;
}

at::Tensor borrow(const void* data, DType type, const Shape& shape,
                  std::function<void(void*)> release) {
  // LibTorch has no tensor of constants: nobody writes through the result (Tensor's contract).
  return at::from_blob(const_cast<void*>(data), shape, std::move(release),
                       at::dtype(to_scalar_type(type)));
}

}  // namespace

int scalar_type_of(DType type) { return static_cast<int>(to_scalar_type(type)); }

std::optional<DType> dtype_of(const at::Tensor& tensor) {
  for (const TypePair& pair : kTypePairs) {
    if (pair.theirs == tensor.scalar_type()) return pair.ours;
  }
  return std::nullopt;
}

at::Tensor to_torch(const Tensor& tensor) {
  return borrow(tensor.data.get(), tensor.type, tensor.shape, [keep = tensor.data](void*) {});
}

at::Tensor to_torch(const TensorView& view) {
  return borrow(view.data, view.type, view.shape, [](void*) {});
}

Tensor from_torch(const at::Tensor& tensor) {
  const std::optional<DType> type = dtype_of(tensor);
  BL_EXPECT(type.has_value(),
            std::string("no name for element type ") + at::toString(tensor.scalar_type()));
  const at::Tensor dense = tensor.contiguous();
  Tensor result;
  result.type = *type;
  result.shape = dense.sizes().vec();
  result.data = std::shared_ptr<const void>(dense.data_ptr(), [keep = dense](const void*) {});
  return result;
}

}  // namespace branchline::model
